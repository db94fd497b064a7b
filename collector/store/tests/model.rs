//! The naive model passes the suite that every store passes.

use vigie_store::conformance;
use vigie_store::model::Model;

#[tokio::test]
async fn the_model_is_a_store() {
    conformance::suite(Model::default).await;
}
