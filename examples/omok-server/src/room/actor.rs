//! The task that owns a room: takes commands, watches the clock, tells the lobby.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::{Command, Room};
use crate::hub::Hub;

/// Runs a room until it closes or the server does.
///
/// The machine's methods never wait, so neither does anybody who asks: a command is answered as
/// soon as those before it are.
pub(crate) async fn run(mut room: Room, mut commands: mpsc::Receiver<Command>, hub: Arc<Hub>) {
    let _running = hub.tasks().start();
    let mut shutdown = hub.shutdown();
    let mut shown = None;
    while room.closing().is_none() {
        let summary = room.summary();
        if shown.as_ref() != Some(&summary) {
            hub.publish(summary.clone());
            shown = Some(summary);
        }
        let (deadline, is_thinking) = (room.deadline(), room.is_thinking());
        tokio::select! {
            command = commands.recv() => match command {
                Some(Command { user, action, reply }) => {
                    let answer = room.handle(&user, action, Instant::now());
                    // A session that ended meanwhile no longer cares.
                    let _ = reply.send(answer);
                }
                None => break,
            },
            () = sleep_until(deadline.into()) => room.tick(Instant::now()),
            thought = room.thought(), if is_thinking => room.bot_thought(thought, Instant::now()),
            () = shutdown.wait() => {
                room.void(Instant::now());
                break;
            }
        }
    }
    // The lobby first: nobody may find a room that is going away.
    hub.forget(room.id());
    commands.close();
    room.dissolve();
}
