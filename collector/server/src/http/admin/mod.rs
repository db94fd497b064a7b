//! What operators ask and do: one `POST` route a function, named as the seed names them (`contract.md`, section 4).
//!
//! The argument is an object as JSON body; an empty body is `{}`. An admin acts, a viewer reads.

pub mod act;
pub mod alerts;
mod argument;
mod holder;
mod shape;
pub mod trigger;

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

pub use argument::Argument;
pub use holder::{Actor, Holder};
pub use shape::AlertDocument;

/// Describes how an operator shows who they are.
pub struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An admin token, or for what only reads a viewer token"))
            .build();
        openapi.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}
