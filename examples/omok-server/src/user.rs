//! A player, across connections: who they are, how to reach them, which room holds them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::outbox::Outbox;
use crate::protocol::{Encoded, ServerMessage};
use crate::rating::Rating;
use crate::room::{RoomHandle, RoomId};

/// A player. Locks in here are leaves: each is held for a few instructions, never two at once,
/// never across an await.
#[derive(Debug)]
pub(crate) struct User {
    id: u64,
    token: String,
    name: Mutex<Arc<str>>,
    rating: Mutex<Rating>,
    link: Mutex<Option<Outbox>>,
    room: Mutex<Option<RoomHandle>>,
}

impl User {
    pub(crate) fn new(id: u64, token: String) -> Self {
        User {
            id,
            token,
            name: Mutex::new(format!("손님{id}").into()),
            rating: Mutex::new(Rating::NEW),
            link: Mutex::new(None),
            room: Mutex::new(None),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The secret that takes this player's seat again. Told to nobody but the player.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn name(&self) -> Arc<str> {
        Arc::clone(&lock(&self.name))
    }

    pub(crate) fn rename(&self, name: &str) {
        *lock(&self.name) = name.into();
    }

    pub(crate) fn rating(&self) -> Rating {
        *lock(&self.rating)
    }

    /// The rating as shown to people: whole points.
    pub(crate) fn points(&self) -> u32 {
        self.rating().points.round().max(0.0) as u32
    }

    pub(crate) fn set_rating(&self, rating: Rating) {
        *lock(&self.rating) = rating;
    }

    /// Sends to the player's connection, if there is one.
    pub(crate) fn send(&self, message: Encoded) {
        // Cloned out of the lock: sending may wake a task.
        let link = lock(&self.link).clone();
        if let Some(outbox) = link {
            outbox.send(message);
        }
    }

    pub(crate) fn tell(&self, message: &ServerMessage<'_>) {
        self.send(message.encode());
    }

    pub(crate) fn is_connected(&self) -> bool {
        lock(&self.link).is_some()
    }

    /// Makes a connection the player's own and returns the one it replaces.
    pub(crate) fn connect(&self, outbox: Outbox) -> Option<Outbox> {
        lock(&self.link).replace(outbox)
    }

    /// Forgets the connection if it is still the player's; `false` if another took over.
    pub(crate) fn disconnect(&self, session: u64) -> bool {
        let mut link = lock(&self.link);
        let own = link.as_ref().is_some_and(|outbox| outbox.session() == session);
        if own {
            *link = None;
        }
        own
    }

    /// The room the player is in. A room that has ended without a word is none.
    pub(crate) fn room(&self) -> Option<RoomHandle> {
        lock(&self.room).clone().filter(|room| !room.is_closed())
    }

    /// Enters a room unless the player is in one; so nobody is ever in two.
    pub(crate) fn claim(&self, room: &RoomHandle) -> bool {
        let mut held = lock(&self.room);
        let free = held.as_ref().is_none_or(RoomHandle::is_closed);
        if free {
            *held = Some(room.clone());
        }
        free
    }

    /// Leaves the room, if it is the one the player is in.
    pub(crate) fn release(&self, room: RoomId) {
        let mut held = lock(&self.room);
        if held.as_ref().is_some_and(|handle| handle.id() == room) {
            *held = None;
        }
    }
}

/// Locks; a panic elsewhere does not make the value unusable, for every change is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
