//! placeholder
use crate::house::Outcome;
pub(crate) fn check() -> Outcome {
    Ok(())
}
