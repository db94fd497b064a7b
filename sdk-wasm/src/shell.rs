//! What passes between the core and whoever does its requests: a page's host, or a scenario.

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Post this body and hand back the answer under the same id.
    Send { id: SendId, body: String, mode: Mode },
    /// Tell those who wait for `flush` whether all that was recorded has been delivered.
    Flushed { delivered: bool },
}

/// Which request an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendId(pub u32);

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compressed where that pays.
    Ordinary,
    /// As it is, by a request that outlives the page.
    Keepalive,
    /// As a beacon: the page's budget for keepalive is spent.
    Beacon,
}

/// What came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status; 0 if none came.
    pub status: u16,
    /// `Retry-After`, in ms.
    pub retry_after_ms: Option<u64>,
    pub accepted: u32,
    pub duplicates: u32,
    pub refused: u32,
}

/// Why the machine wants to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A batch is full or has waited long enough.
    Batch,
    /// A failed delivery is to be tried again.
    Retry,
    /// A request has had no answer for too long.
    Answer,
}
