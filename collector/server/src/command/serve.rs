//! `vigie serve`: opens socket and store, starts the collector, and ends it when the system says so.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use vigie_sqlite::SqliteStore;

use super::{ConfigOption, listed};
use crate::clock::{SystemChance, SystemClock};
use crate::config::{Config, Mode, dev};
use crate::http::Patience;
use crate::serve::{self, Parts};
use crate::telemetry::{self, ChannelOff, Lines, NotUsedYet, ShortKey};

#[derive(clap::Args)]
pub(super) struct Options {
    /// To try it out: makes the keys that are missing, takes any page of this machine, listens to nobody else.
    #[arg(long)]
    dev: bool,
    #[command(flatten)]
    config: ConfigOption,
}

pub(super) fn run(options: &Options) -> Result<(), String> {
    let mode = if options.dev { Mode::Dev } else { Mode::Earnest };
    let mut config = options.config.load(mode)?;
    if options.dev {
        dev::complete(&mut config, &SystemChance).map_err(|mistake| listed(&[mistake]))?;
    }
    telemetry::write_log(if options.dev { Lines::Readable } else { Lines::Json });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| format!("the system gives no threads: {error}"))?.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), String> {
    let mut ending = Ending::listen().map_err(|error| format!("the system tells no signals: {error}"))?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| busy(config.listen, &error))?;
    let store = SqliteStore::open(&config.data).map_err(|error| error.to_string())?;
    warn(&config);
    let running = serve::start(Parts {
        config,
        store: Arc::new(store),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        listener,
        patience: Patience::default(),
    })
    .map_err(|error| error.to_string())?;
    if running.app().config.dev {
        print!("{}", welcome(&running.app().config, running.address()));
    }
    ending.said().await;
    tokio::spawn(async move {
        ending.said().await; // whoever says it twice does not want to wait
        std::process::exit(130);
    });
    running.stop().await.map_err(|error| error.to_string())
}

/// What works and will surprise somebody later.
fn warn(config: &Config) {
    for (name, on, variable) in config.channels() {
        if !on {
            telemetry::emit(ChannelOff { name, variable });
        }
    }
    for variable in &config.not_used_yet {
        telemetry::emit(NotUsedYet { variable });
    }
    for variable in config.short_keys() {
        telemetry::emit(ShortKey { variable });
    }
}

fn busy(address: SocketAddr, error: &std::io::Error) -> String {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another process listens there; end it, or name another address with VIGIE_LISTEN"
        }
        std::io::ErrorKind::PermissionDenied => {
            "ports below 1024 are kept for the system; name another with VIGIE_LISTEN"
        }
        _ => "name an address of this machine with VIGIE_LISTEN",
    };
    format!("cannot listen on {address}: {error}: {hint}")
}

/// What `--dev` prints: all that is needed to send the first event.
fn welcome(config: &Config, address: SocketAddr) -> String {
    let mut text = format!("\n  Vigie listens on  http://{address}\n  data              {}\n\n", config.data.display());
    let key = |keys: &[crate::config::Secret]| keys.first().map_or(String::new(), |key| key.reveal().to_owned());
    let token = |tokens: &[crate::config::Token]| {
        tokens.first().map_or(String::new(), |token| token.secret.reveal().to_owned())
    };
    for (name, value) in [
        ("public key", key(&config.public_keys.0)),
        ("server key", key(&config.server_keys.0)),
        ("admin token", token(&config.admin_tokens.0)),
        ("viewer token", token(&config.viewer_tokens.0)),
    ] {
        let _ = writeln!(text, "  {name:<16}  {value}");
    }
    let public_key = key(&config.public_keys.0);
    let _ = writeln!(text, "\n  init({{ key: '{public_key}', endpoint: 'http://{address}' }})\n");
    for (name, on, variable) in config.channels() {
        let state = if on { "on".to_owned() } else { format!("off; {variable} turns it on") };
        let _ = writeln!(text, "  {name:<16}  {state}");
    }
    text.push('\n');
    text
}

/// Hears when the system or a person at the terminal says to end. Listens from the start, so that no word is missed.
#[cfg(unix)]
struct Ending {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ending {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn said(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Ending;

#[cfg(not(unix))]
impl Ending {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn said(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
