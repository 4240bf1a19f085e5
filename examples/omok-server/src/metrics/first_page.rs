//! What the page shows before anything has happened: every series of a closed set, at 0.
//!
//! A counter that appears with its first event hides that event from `rate()`, which needs a
//! value before it; an alert on a series that does not exist yet never fires.

use super::*;

/// Puts every series of a closed set on the page at 0. Called once, before the port is open.
pub(crate) fn init() {
    BUILD_INFO.with(&build()).set(1);
    init_requests();
    init_sessions();
    init_rooms();
    init_games();
}

fn build() -> Build {
    Build {
        version: env!("CARGO_PKG_VERSION"),
        revision: option_env!("OMOK_REVISION").unwrap_or("unknown"),
        rustc: option_env!("OMOK_RUSTC").unwrap_or("unknown"),
    }
}

fn init_requests() {
    // Not the whole product of methods, codes and endpoints: the answers a healthy day gives.
    for (code, endpoint) in [
        (Code::Ok, Endpoint::Page),
        (Code::SwitchingProtocols, Endpoint::Socket),
        (Code::Ok, Endpoint::Metrics),
        (Code::Ok, Endpoint::Health),
        (Code::NotFound, Endpoint::Other),
    ] {
        HTTP_REQUESTS.with(&HttpAnswer { method: Method::Get, code, endpoint });
        HTTP_DURATION.with(&HttpAnswer { method: Method::Get, code, endpoint });
        HTTP_IN_PROGRESS.with(&HttpTarget { method: Method::Get, endpoint });
    }
    for message in ClientName::ALL {
        WS_RECEIVED.with(&ByClientName { message: *message });
        WS_DURATION.with(&ByClientName { message: *message });
    }
    for message in ServerName::ALL {
        WS_SENT.with(&ByServerName { message: *message });
    }
    WS_RECEIVED_BYTES.init();
    WS_SENT_BYTES.init();
    for code in ErrorCode::ALL {
        ERRORS.with(&ByCode { code: *code });
    }
    for limit in Limit::ALL {
        RATE_LIMITED.with(&ByLimit { limit: *limit });
    }
}

fn init_sessions() {
    for client in ClientKind::ALL {
        SESSIONS.with(&ByClient { client: *client });
        SESSIONS_OPENED.with(&ByClient { client: *client });
    }
    for reason in CloseReason::ALL {
        SESSIONS_CLOSED.with(&ByClose { reason: *reason });
    }
    for result in Resume::ALL {
        RECONNECTS.with(&ByResume { result: *result });
    }
    SESSION_DURATION.init();
    PING_RTT.init();
    SEND_QUEUE.init();
    SLOW_CONSUMERS.init();
}

fn init_rooms() {
    for state in RoomState::ALL {
        ROOMS.with(&ByRoomState { state: *state });
    }
    for by in Maker::ALL {
        ROOMS_CREATED.with(&ByMaker { by: *by });
    }
    for reason in Reap::ALL {
        ROOMS_REAPED.with(&ByReap { reason: *reason });
    }
    for scope in ChatScope::ALL {
        CHAT_MESSAGES.with(&ByScope { scope: *scope });
    }
    for rule in Rule::ALL {
        let by_rule = ByRule { rule: *rule };
        MATCH_QUEUE.with(&by_rule);
        MATCH_WAIT.with(&by_rule);
        MATCH_DURATION.with(&by_rule);
        RATING_GAP.with(&by_rule);
        for outcome in Outcome::ALL {
            MATCH_OUTCOMES.with(&ByOutcome { rule: *rule, outcome: *outcome });
        }
    }
    SPECTATORS.init();
    ROOM_MEMBERS.init();
}

fn init_games() {
    for rule in Rule::ALL {
        let by_rule = ByRule { rule: *rule };
        GAME_DURATION.with(&by_rule);
        GAME_MOVES.with(&by_rule);
        TURN_TIMEOUTS.with(&by_rule);
        MOVE_VALIDATION.with(&by_rule);
        for player in Player::ALL {
            GAMES.with(&ByOpponent { rule: *rule, opponent: *player });
            GAMES_STARTED.with(&ByOpponent { rule: *rule, opponent: *player });
            MOVES.with(&ByMover { rule: *rule, by: *player });
        }
        for reason in EndReason::ALL {
            let drawn = matches!(reason, EndReason::DrawFull | EndReason::Void);
            for winner in Winner::ALL.iter().filter(|w| (**w == Winner::None) == drawn) {
                GAMES_FINISHED.with(&ByEnding { rule: *rule, reason: *reason, winner: *winner });
            }
        }
    }
    for reason in Refusal::ALL {
        MOVES_REJECTED.with(&ByRefusal { reason: *reason });
    }
    for player in Player::ALL {
        THINK_TIME.with(&ByPlayer { by: *player });
    }
    for level in Level::ALL {
        BOT_SEARCH.with(&ByLevel { level: *level });
    }
}
