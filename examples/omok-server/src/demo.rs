//! Traffic for people who want to see the metrics move: clients with real sockets over loopback.
//!
//! Each client is one task with a role it repeats until the demo is dropped. Between them the
//! roles do everything players do, and most of what they should not: [`roles`] are the ones who
//! play, [`scripts`] the ones whose game is fixed in advance, [`rude`] the ones who misbehave,
//! [`prober`] asks over plain HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

mod client;
mod prober;
mod roles;
mod rude;
mod scripts;

use client::Failure;

/// Time between two clients' starts.
const STAGGER: Duration = Duration::from_millis(150);

/// How long a client whose connection failed waits before it tries again.
const AGAIN_AFTER: Duration = Duration::from_millis(700);

/// Running clients. Dropping it stops them, in the middle of whatever they do.
#[derive(Debug)]
pub struct Demo {
    _clients: JoinSet<()>,
}

/// What a client does.
#[derive(Clone, Copy, Debug)]
enum Role {
    Steady,
    Rude,
    Duo,
    Churner,
    Spectator,
    Sleeper,
    Resigner,
    Lurker,
    Staller,
    Mute,
    Crowd,
}

/// The first clients of a demo, so that a small one already shows a bit of everything; whoever
/// comes after plays steadily.
const CAST: [Role; 16] = [
    Role::Steady,
    Role::Steady,
    Role::Duo,
    Role::Rude,
    Role::Churner,
    Role::Spectator,
    Role::Sleeper,
    Role::Steady,
    Role::Resigner,
    Role::Lurker,
    Role::Staller,
    Role::Mute,
    Role::Crowd,
    Role::Churner,
    Role::Spectator,
    Role::Duo,
];

impl Demo {
    /// Starts `count` clients and one that asks over HTTP; needs a Tokio runtime.
    pub fn start(server: SocketAddr, count: usize) -> Self {
        let mut clients = JoinSet::new();
        clients.spawn(prober::run(server));
        for number in 0..count {
            let role = CAST.get(number).copied().unwrap_or(Role::Steady);
            clients.spawn(live(server, role, number));
        }
        Demo { _clients: clients }
    }
}

/// Repeats a role. A failure is part of the show: some roles ask for it.
async fn live(server: SocketAddr, role: Role, number: usize) {
    sleep(STAGGER * u32::try_from(number).unwrap_or(u32::MAX)).await;
    for round in 0.. {
        let done: Result<(), Failure> = match role {
            Role::Steady => roles::steady(server, number).await,
            Role::Churner => roles::churn(server, round).await,
            Role::Spectator => roles::watch(server).await,
            Role::Sleeper => roles::sleep_at_the_board(server, round).await,
            Role::Resigner => roles::resign(server).await,
            Role::Lurker => roles::lurk(server).await,
            Role::Duo => scripts::duo(server, number + round).await,
            Role::Rude => rude::annoy(server, round).await,
            Role::Staller => rude::stall(server).await,
            Role::Mute => rude::stay_mute(server).await,
            Role::Crowd => rude::crowd(server).await,
        };
        if done.is_err() {
            sleep(AGAIN_AFTER).await;
        }
    }
}
