//! The program: flags in, a server until a signal or `--run-for` ends it.

use std::alloc::System;
use std::future::{pending, Future};
use std::io::{self, Write};
use std::process::ExitCode;

use nunchi::collector::{Counting, HostCollector};
use omok_server::{Config, Demo, Flags, Parsed, Server, USAGE};

/// What the program allocates is on its page as `alloc_*`.
#[global_allocator]
static ALLOCATOR: Counting<System> = Counting::new(System);

fn main() -> ExitCode {
    let flags = match Flags::parse(std::env::args().skip(1)) {
        Ok(Parsed::Run(flags)) => flags,
        Ok(Parsed::Help) => {
            // A reader that closed the pipe has read enough.
            let _ = io::stdout().write_all(USAGE.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("omok-server: {message}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    if flags.host_metrics {
        if let Err(error) = nunchi::global().register(HostCollector::new()) {
            eprintln!("omok-server: cannot tell of its machine: {error}");
            return ExitCode::FAILURE;
        }
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("omok-server: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run(flags));
    // Tasks that did not end in time must not hold the program.
    runtime.shutdown_background();
    code
}

async fn run(flags: Flags) -> ExitCode {
    let base = if flags.demo > 0 { Config::demo() } else { Config::default() };
    let config = Config { listen: flags.listen, ..base };
    let server = match Server::start(config).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("omok-server: cannot listen on {}: {error}", flags.listen);
            return ExitCode::FAILURE;
        }
    };
    // Before the announcement: whoever reads it may signal at once.
    let signals = signals();
    announce(&server);
    let demo = (flags.demo > 0).then(|| Demo::start(server.address(), flags.demo));
    let finished = async {
        match flags.run_for {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = finished => {}
        () = signals => {}
    }
    server.shutdown().await;
    drop(demo);
    ExitCode::SUCCESS
}

/// The first line of output, for people and for scripts that asked for port 0.
fn announce(server: &Server) {
    let mut out = io::stdout().lock();
    // Nobody reading is no reason not to serve.
    let _ = writeln!(out, "listening on http://{}", server.address());
    let _ = out.flush();
}

/// Listens for SIGINT and SIGTERM from this call on; the future waits for the first of them.
#[cfg(unix)]
fn signals() -> impl Future<Output = ()> {
    use tokio::signal::unix::{signal, SignalKind};
    let both = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        match both {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without handlers a signal ends the program at once, as it would any other.
            _ => pending::<()>().await,
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn signals() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}
