//! The embedded store passes the suite that every store passes.

mod place;

use vigie_store::conformance;

#[tokio::test]
async fn the_embedded_store_is_a_store() {
    conformance::suite(place::Folder::new).await;
}
