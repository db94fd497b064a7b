//! The argument object of an admin function, and what is wrong with it, by name.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};
use vigie_protocol::outcome::ProblemCode;

use crate::http::Http;
use crate::http::body;
use crate::http::problem::Problem;

/// Bytes of an argument: a note of 1,024 characters and its id fit many times over.
const BYTES_MAX: usize = 64 * 1024;

/// Arguments by name. One that is `null` counts as not given.
#[derive(Clone, Debug, Default)]
pub struct Argument(Map<String, Value>);

impl FromRequest<Arc<Http>> for Argument {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Arc<Http>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let text = body::read(&parts.headers, body, BYTES_MAX, http.patience).await?;
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(&text) {
            Ok(Value::Object(arguments)) => Ok(Self(arguments)),
            Ok(Value::Null) => Ok(Self::default()),
            Ok(_) => {
                Err(Problem::new(ProblemCode::InvalidArgument, "expected the arguments as one object, {} for none"))
            }
            Err(error) => Err(Problem::new(ProblemCode::InvalidJson, format!("the arguments are no JSON: {error}"))),
        }
    }
}

impl Argument {
    /// Refuses an argument that the function does not have: a mistyped one would silently change the answer.
    ///
    /// # Errors
    /// Names the first.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let Some(name) = self.0.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
        let known = if known.is_empty() { "none".to_owned() } else { known.join(" and ") };
        Err(invalid(name, format!("this function has no such argument; it takes {known}")))
    }

    /// A text of at most `chars` characters.
    ///
    /// # Errors
    /// When it is something else, or longer.
    pub fn text(&self, name: &str, chars: usize) -> Result<Option<&str>, Problem> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| invalid(name, "expected a text"))?;
        if text.chars().count() > chars {
            return Err(invalid(name, format!("expected at most {chars} characters")));
        }
        Ok(Some(text))
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn required_text(&self, name: &str, chars: usize) -> Result<&str, Problem> {
        self.text(name, chars)?.ok_or_else(|| invalid(name, "is missing; expected a text"))
    }

    /// A truth value.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.given(name).map(|value| value.as_bool().ok_or_else(|| invalid(name, "expected true or false"))).transpose()
    }

    /// A whole number from 1.
    ///
    /// # Errors
    /// When it is something else.
    pub fn positive(&self, name: &str) -> Result<Option<usize>, Problem> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0);
        number.map(Some).ok_or_else(|| invalid(name, "expected a whole number from 1"))
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

/// A problem with one argument.
pub(super) fn invalid(name: &str, detail: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::InvalidArgument, format!("{name}: {}", detail.into())).about(name)
}
