//! Puts the collector together: store, routes and loops on one listening socket, and takes it down in order.
//!
//! Used by `vigie serve` and, with another clock, by the scenarios. The order of the end: no new connections, requests in
//! flight finish, the loops end, the store writes what waits and closes.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use vigie_domain::text::Texts;
use vigie_domain::time::Span;
use vigie_store::{Store, StoreError};

use crate::app::App;
use crate::clock::{Chance, Clock, Signal};
use crate::config::Config;
use crate::http::{self, Http, Patience, Port};
use crate::notify::Senders;
use crate::notify::slack::Slack;
use crate::pulse::Pulse;
use crate::stop::{self, Stop, Stopper};
use crate::telemetry::{self, LoopDied, Started, Stopped, Stopping};
use crate::{delivery, evaluation};

/// What a collector is made of.
pub struct Parts {
    pub config: Config,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// Already listening, so that whoever starts it knows the address and hears of a busy port.
    pub listener: TcpListener,
    pub patience: Patience,
}

/// Why a collector did not start.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    #[error("the listening socket has no address: {0}")]
    Socket(#[from] std::io::Error),
    #[error("TLS towards Slack cannot be set up: {0}")]
    Slack(#[from] reqwest::Error),
}

/// A collector that runs.
pub struct Running {
    address: SocketAddr,
    app: Arc<App>,
    stopper: Stopper,
    port: JoinHandle<()>,
    loops: Vec<JoinHandle<()>>,
}

/// Starts a collector.
///
/// # Errors
/// When the socket or a channel cannot be set up.
pub fn start(parts: Parts) -> Result<Running, CannotStart> {
    let Parts { config, store, clock, chance, listener, patience } = parts;
    let _ = telemetry::metrics(); // counting begins before anything can be counted
    let address = listener.local_addr()?;
    let senders = Senders {
        slack: config.slack_webhook_url.as_ref().map(|url| Slack::new(url.reveal().to_owned())).transpose()?,
    };
    let app = Arc::new(App {
        thresholds: config.thresholds.clone(),
        texts: Texts::new(config.language),
        audience: config.audience(),
        checks_due: Arc::new(Signal::default()),
        messages_due: Arc::new(Signal::default()),
        pulse: Pulse::default(),
        config,
        store,
        clock,
        chance,
    });
    let (stopper, stop) = stop::channel();
    let router = http::router(Arc::new(Http::new(app.clone(), patience)));
    let port = tokio::spawn(Port::new(listener, router, patience).run(stop.clone()));
    let loops = vec![
        keep_running(evaluation::LOOP, &app, &stop, {
            let (app, stop) = (app.clone(), stop.clone());
            move || evaluation::run(app.clone(), stop.clone())
        }),
        keep_running(delivery::LOOP, &app, &stop, {
            let (app, stop) = (app.clone(), stop.clone());
            move || delivery::run(app.clone(), senders.clone(), stop.clone())
        }),
    ];
    telemetry::emit(Started { address });
    Ok(Running { address, app, stopper, port, loops })
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its routes and loops share.
    #[must_use]
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// When the store could not write what waited.
    pub async fn stop(self) -> Result<(), StoreError> {
        telemetry::emit(Stopping);
        self.stopper.stop();
        let _ = self.port.await;
        for round in self.loops {
            let _ = round.await;
        }
        self.app.store.close().await?;
        telemetry::emit(Stopped);
        Ok(())
    }
}

/// How long a loop that died rests before it is started again.
const REST: Span = Span::seconds(1);

/// Runs a loop, and again should it die of a panic: a watchman whose loop is dead is silent, and nobody notices.
fn keep_running<F>(
    loop_name: &'static str,
    app: &Arc<App>,
    stop: &Stop,
    run: impl Fn() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (app, mut stop) = (app.clone(), stop.clone());
    tokio::spawn(async move {
        while tokio::spawn(run()).await.is_err() && !stop.is_said() {
            telemetry::emit(LoopDied { loop_name });
            let mut sleeper = app.clock.sleeper(loop_name, Arc::new(Signal::default()));
            tokio::select! {
                () = stop.said() => {}
                () = sleeper.sleep_until(Some(app.clock.now() + REST)) => {}
            }
        }
    })
}
