//! The listening socket and its connections: so many at once, headers within their time, and an orderly end.
//!
//! axum's own loop would wait for headers for ever and knows no bound.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use super::body::Patience;
use super::peer::Peer;
use crate::stop::Stop;
use crate::telemetry::{self, AcceptFailed};

/// Connections at once; who comes beyond them waits in the system's queue.
const CONNECTIONS_MAX: u32 = 4_096;
/// Bytes a connection reads ahead, and the most its headers may take.
const BUFFER_BYTES: usize = 64 * 1024;

/// A listening socket with its routes.
pub(crate) struct Port {
    listener: TcpListener,
    router: Router,
    patience: Patience,
    places: Arc<Semaphore>,
}

impl Port {
    #[must_use]
    pub(crate) fn new(listener: TcpListener, router: Router, patience: Patience) -> Self {
        Self { listener, router, patience, places: Arc::new(Semaphore::new(CONNECTIONS_MAX as usize)) }
    }

    /// Serves until told to stop; then takes nobody any more and finishes what is in flight, as long as its time allows.
    pub(crate) async fn run(self, mut stop: Stop) {
        let Self { listener, router, patience, places } = self;
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.said() => break,
                accepted = accept(&listener, &places) => accepted,
            };
            match accepted {
                Some((place, stream, peer)) => {
                    tokio::spawn(connection(stream, peer, router.clone(), patience, stop.clone(), place));
                }
                None => breathe().await,
            }
        }
        drop(listener);
        within(patience.ending, async {
            let _ = places.acquire_many(CONNECTIONS_MAX).await; // all places free: nobody is left
        })
        .await;
    }
}

/// The next connection, once there is a place for it; none if the system gave none.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((place, stream, peer)),
        Err(error) => {
            telemetry::emit(AcceptFailed { error: &error });
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    mut stop: Stop,
    _place: OwnedSemaphorePermit,
) {
    let _ = stream.set_nodelay(true); // answers are small and complete
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // However a connection ends, its requests have told what became of them.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.said() => connection.as_mut().graceful_shutdown(),
    }
    within(patience.ending, async {
        let _ = connection.await;
    })
    .await;
}

/// Without file handles every accept fails at once: a moment's rest keeps the others going.
#[allow(clippy::disallowed_methods, reason = "the sockets' time is real time: see Patience")]
async fn breathe() {
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}

#[allow(clippy::disallowed_methods, reason = "the sockets' time is real time: see Patience")]
async fn within(span: std::time::Duration, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        () = tokio::time::sleep(span) => {}
    }
}
