//! Who asks: the holder of a token, given as `Authorization: Bearer …`.
//!
//! An address that was wrong too often is turned away before its next guess is looked at.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use vigie_protocol::outcome::ProblemCode;

use crate::http::Http;
use crate::http::peer::{Peer, client_address};
use crate::http::problem::Problem;

/// Somebody who may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Stands in `acknowledgedBy` and `resolvedBy`.
    pub name: String,
    pub may_act: bool,
}

impl FromRequestParts<Arc<Http>> for Holder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Arc<Http>) -> Result<Self, Problem> {
        let config = &http.app.config;
        let peer = parts.extensions.get::<Peer>().copied().ok_or_else(unauthorized)?;
        let Some(token) = parts.headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?))
        else {
            return Err(unauthorized()); // no guess
        };
        let address = client_address(peer, &parts.headers, &config.trusted_proxies);
        http.limits.wrong_tokens.may_guess(address)?;
        let (admin, viewer) = (config.admin_tokens.holder(token), config.viewer_tokens.holder(token));
        match (admin, viewer) {
            (Some(name), _) => Ok(Self { name: name.to_owned(), may_act: true }),
            (None, Some(name)) => Ok(Self { name: name.to_owned(), may_act: false }),
            (None, None) => {
                http.limits.wrong_tokens.was_wrong(address);
                Err(unauthorized())
            }
        }
    }
}

/// Somebody who may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);

impl FromRequestParts<Arc<Http>> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Arc<Http>) -> Result<Self, Problem> {
        let holder = Holder::from_request_parts(parts, http).await?;
        if holder.may_act {
            return Ok(Self(holder.name));
        }
        Err(Problem::new(ProblemCode::Forbidden, "this is a viewer's token; acting on alerts needs an admin's"))
    }
}

/// The token of an `Authorization` header; the scheme's name may be written in any case (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn unauthorized() -> Problem {
    Problem::new(ProblemCode::Unauthorized, "this needs an admin or viewer token: Authorization: Bearer …")
}
