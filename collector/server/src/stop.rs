//! The word that ends the loops and the port: said once, heard by all.

use tokio::sync::watch;

/// Hears when the collector is to end. Cheap to clone; each task holds its own.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Says it.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair that belongs together.
#[must_use]
pub fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// From now on everything ends; saying it again changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it was said already.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is said. Who could have said it and is gone counts as having said it.
    pub async fn said(&mut self) {
        let _ = self.0.wait_for(|said| *said).await;
    }
}
