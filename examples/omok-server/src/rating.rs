//! Elo ratings, kept in memory for as long as the player is known.

/// A player's strength and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rating {
    pub(crate) points: f64,
    pub(crate) games: u32,
}

impl Rating {
    /// Where everybody starts.
    pub(crate) const NEW: Rating = Rating { points: 1_500.0, games: 0 };

    /// The rating after a game in which `score` (1 won, ½ drawn, 0 lost) was made.
    pub(crate) fn after(self, opponent: Rating, score: f64) -> Rating {
        let expected = 1.0 / (1.0 + 10_f64.powf((opponent.points - self.points) / 400.0));
        Rating { points: self.points + self.step() * (score - expected), games: self.games + 1 }
    }

    /// How far one game moves a rating: far while the player is new, little at the top.
    fn step(self) -> f64 {
        if self.games < 30 {
            40.0
        } else if self.points < 2_400.0 {
            20.0
        } else {
            10.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_exchange_half_a_step() {
        let (won, lost) =
            (Rating::NEW.after(Rating::NEW, 1.0), Rating::NEW.after(Rating::NEW, 0.0));
        assert_eq!((won.points, lost.points, won.games), (1_520.0, 1_480.0, 1));
        assert_eq!(Rating::NEW.after(Rating::NEW, 0.5).points, 1_500.0);
    }

    #[test]
    fn old_hands_and_masters_move_less() {
        let old = Rating { points: 1_500.0, games: 30 };
        assert_eq!(old.after(old, 1.0).points, 1_510.0);
        let master = Rating { points: 2_400.0, games: 99 };
        assert_eq!(master.after(master, 1.0).points, 2_405.0);
    }
}
