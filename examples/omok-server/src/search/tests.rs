use std::time::{Duration, Instant};

use nunchi::{Format, Registry};
use rand::{rngs::StdRng, SeedableRng};

use super::*;
use crate::bot::{self, Level};
use crate::metrics::tree_gc;

const FEW: Limits = Limits { time: Duration::from_secs(60), playouts: 40 };

fn search(nodes: usize) -> Search {
    Search::new(&tree_gc(&Registry::new()).unwrap(), nodes)
}

/// A game with black's stones and white's, of which black has as many, or one more.
fn game(rule: Rule, blacks: &[(i64, i64)], whites: &[(i64, i64)]) -> Game {
    let mut game = Game::new(rule);
    for (number, (x, y)) in blacks.iter().enumerate() {
        game.put(Stone::Black, *x, *y).unwrap();
        if let Some((x, y)) = whites.get(number) {
            game.put(Stone::White, *x, *y).unwrap();
        }
    }
    game
}

fn chosen(game: &Game) -> (u8, u8) {
    let mut rng = StdRng::seed_from_u64(5);
    let point = search(1 << 14).choose(game, FEW, &mut rng).unwrap();
    (point.x(), point.y())
}

#[test]
fn it_wins_before_it_blocks() {
    for rule in [Rule::Freestyle, Rule::General] {
        let blacks = [(3, 3), (4, 3), (5, 3), (6, 3)];
        let whites = [(3, 9), (4, 9), (5, 9), (6, 9)];
        assert!([(2, 3), (7, 3)].contains(&chosen(&game(rule, &blacks, &whites))));
    }
}

#[test]
fn it_blocks_a_four() {
    let blacks = [(0, 5), (1, 5), (2, 5), (3, 5)];
    let whites = [(9, 9), (11, 3), (13, 12)];
    assert_eq!(chosen(&game(Rule::General, &blacks, &whites)), (4, 5));
    let with_gap = [(2, 5), (3, 5), (5, 5), (6, 5)];
    assert_eq!(chosen(&game(Rule::General, &with_gap, &whites)), (4, 5));
}

#[test]
fn it_stops_an_open_three_or_makes_a_straight_four_of_its_own() {
    let blacks = [(6, 7), (7, 7), (8, 7)];
    let answer = chosen(&game(Rule::General, &blacks, &[(0, 0), (14, 0)]));
    assert!([(4, 7), (5, 7), (9, 7), (10, 7)].contains(&answer), "{answer:?}");
    let answer = chosen(&game(Rule::General, &blacks, &[(2, 2), (3, 2), (4, 2)]));
    assert!([(5, 7), (9, 7)].contains(&answer), "black has a straight four: {answer:?}");
}

#[test]
fn it_finds_a_five_two_moves_ahead() {
    // Black's row of three has white at one end; a point makes two fours with the column's three.
    let blacks = [(4, 7), (5, 7), (6, 7), (7, 4), (7, 5), (7, 6)];
    let whites = [(3, 7), (7, 3), (0, 0), (14, 14), (0, 14), (12, 1)];
    let answer = {
        let limits = Limits { time: Duration::from_secs(60), playouts: 600 };
        let mut rng = StdRng::seed_from_u64(5);
        let game = game(Rule::Freestyle, &blacks, &whites);
        search(1 << 14).choose(&game, limits, &mut rng).unwrap()
    };
    assert_eq!((answer.x(), answer.y()), (7, 7));
}

#[test]
fn it_takes_no_longer_than_it_may() {
    let game = game(Rule::General, &[(7, 7), (8, 8)], &[(7, 8), (9, 9)]);
    let limits = Limits { time: Duration::from_millis(50), playouts: u32::MAX };
    let started = Instant::now();
    search(1 << 13).choose(&game, limits, &mut StdRng::seed_from_u64(1)).unwrap();
    // A few playouts more, and other tests beside it.
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

/// Plays whole games with a small memory, so that both generations are collected.
#[test]
fn its_games_are_legal_and_its_memory_is_accounted_for() {
    let registry = Registry::new();
    let mut search = Search::new(&tree_gc(&registry).unwrap(), 1024);
    let mut rng = StdRng::seed_from_u64(11);
    let limits = Limits { playouts: if cfg!(debug_assertions) { 60 } else { 400 }, ..FEW };
    let mut in_searches = Duration::ZERO;
    for rule in [Rule::General, Rule::Freestyle] {
        let mut game = Game::new(rule);
        loop {
            let started = Instant::now();
            let hard = game.moves().len() % 2 == 0;
            let point = if hard {
                search.choose(&game, limits, &mut rng)
            } else {
                bot::choose(game.board(), rule, game.turn(), Level::Normal, &mut rng)
            };
            in_searches += if hard { started.elapsed() } else { Duration::ZERO };
            let Some(point) = point else { break };
            let put = game.put(game.turn(), point.x().into(), point.y().into());
            if put.expect("a legal move").1.is_some() {
                break;
            }
        }
        assert!(game.moves().len() >= 9);
    }
    let mut page = Vec::new();
    nunchi::encode(&registry, Format::Text, &mut page);
    let page = String::from_utf8(page).unwrap();
    let sum = |start: &str| -> f64 {
        let samples = page.lines().filter(|line| line.starts_with(start));
        samples.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
    };
    let reroots = "gc_collections_total{collector=\"omok_tree\",generation=\"0\",cause=\"reroot\"}";
    let crowded =
        "gc_collections_total{collector=\"omok_tree\",generation=\"1\",cause=\"pressure\"}";
    assert!(sum(reroots) > 3.0 && sum(crowded) > 0.0, "{page}");
    let used = sum("gc_freed_bytes_total") + sum("gc_heap_used_bytes");
    assert_eq!(used, sum("gc_allocated_bytes_total"));
    assert!(sum("gc_heap_used_bytes") <= sum("gc_heap_limit_bytes"));
    assert!(sum("gc_pause_seconds_sum") <= in_searches.as_secs_f64());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "plays whole games: run it with --release")]
fn it_beats_the_bot_that_looks_at_patterns() {
    let limits = Limits { playouts: 1_500, ..FEW };
    let mut rng = StdRng::seed_from_u64(2);
    let mut score = 0.0;
    for number in 0..6 {
        let mut search = search(1 << 16);
        let own = if number % 2 == 0 { Stone::Black } else { Stone::White };
        let mut game = Game::new(Rule::Freestyle);
        let winner = loop {
            let point = if game.turn() == own {
                search.choose(&game, limits, &mut rng)
            } else {
                bot::choose(game.board(), game.rule(), game.turn(), Level::Normal, &mut rng)
            };
            let Some(point) = point else { break None };
            let put = game.put(game.turn(), point.x().into(), point.y().into());
            if let Some(ending) = put.unwrap().1 {
                break ending.winner;
            }
        };
        score += winner.map_or(0.5, |winner| if winner == own { 1.0 } else { 0.0 });
    }
    assert!(score >= 4.0, "{score} of 6");
}
