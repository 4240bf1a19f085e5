//! Hand-made positions, and the naive twin asked the same questions on random boards.

use proptest::prelude::*;

use super::*;
use crate::board::SIZE;

/// A board from rows of text: `X` own, `O` the other colour, `*` the empty point to be judged.
/// Missing rows and columns are empty; the picture starts at the corner (0, 0).
fn picture(rows: &[&str]) -> (Board, Point) {
    let mut board = Board::new();
    let mut target = None;
    for (y, row) in rows.iter().enumerate() {
        for (x, letter) in row.chars().enumerate() {
            let point = Point::new(x as i64, y as i64).unwrap();
            match letter {
                'X' => board.set(point, Some(Stone::Black)),
                'O' => board.set(point, Some(Stone::White)),
                '*' => target = Some(point),
                _ => {}
            }
        }
    }
    (board, target.unwrap())
}

/// Whether the row of text holds a three through `*`. Placed mid-board, so that only what the
/// text shows blocks it; `|` is the edge and may open or close the text.
fn is_three_in(row: &str) -> bool {
    let text = row.trim_matches('|');
    let offset = match (row.starts_with('|'), row.ends_with('|')) {
        (true, _) => 0,
        (false, true) => usize::from(SIZE) - text.len(),
        (false, false) => 2,
    };
    let padded = format!("{}{text}", ".".repeat(offset));
    let (board, point) = picture(&["", "", "", "", "", "", "", &padded]);
    Line::through(&board, point, Stone::Black, (1, 0)).is_three()
}

#[test]
fn threes_are_recognised_on_one_line() {
    for (row, why) in [
        ("..XX*..", "the plain three"),
        ("..X*X..", "the same, the middle stone last"),
        (".X.X*.", "broken, the gap inside"),
        (".X*.X.", "broken, the gap on the right"),
        (".*.XX.", "broken, the gap beside the new stone"),
        (".*XX..O", "one empty point on the short side is enough"),
        ("O.X*X..O", "six points between the stones hold one straight four"),
        ("|..X*X.O", "the same against the edge"),
        ("|.*XX..", "one from the edge it grows the other way"),
        ("|..X*X..|", "free on a full-width picture"),
        ("O.X*X..|", "against the far edge"),
    ] {
        assert!(is_three_in(row), "{row}: {why}");
    }
}

#[test]
fn lines_without_room_for_a_straight_four_are_no_threes() {
    for (row, why) in [
        ("..OX*X..", "closed on one side: only a closed four can come"),
        ("..OX*XO..", "closed on both"),
        ("O.X*X.O", "five points between the stones are too few"),
        (".O.XX*.O", "the same, shifted"),
        ("|.XX*.O", "edge and stone leave five points"),
        ("|X*X..", "against the edge"),
        ("..X*X|", "against the far edge"),
        ("...*X...", "two stones"),
        ("X.X.*", "three stones no four can join"),
        ("X..X*", "three stones no four can join"),
        ("XX..*", "three stones no four can join"),
        (".X*XX.", "already a straight four"),
        ("OX*XX.", "already a closed four"),
        (".X.X*X.", "already a broken four"),
        (".XXX*X.", "already a five"),
    ] {
        assert!(!is_three_in(row), "{row}: {why}");
    }
}

#[test]
fn straight_fours_that_would_overline_do_not_make_a_three() {
    // Filling the left gap gives X.XXXX.: its left end would join a sixth stone.
    assert!(!is_three_in("X..XX*.O"));
    // The same stones with room to grow to the right instead.
    assert!(is_three_in("X..XX*..."));
    // A fifth stone two beyond each end spoils both directions.
    assert!(!is_three_in("X..X*X..X"));
    // One beyond the end of a broken three.
    assert!(!is_three_in("X.X*.X.O"));
    // Two steps beyond the end of the only straight four that fits.
    assert!(!is_three_in("O.XX*..X"));
}

#[test]
fn two_threes_are_forbidden_for_both_colours() {
    let rows = ["", "", "", ".....X", ".....X", "...XX*..."];
    let (board, point) = picture(&rows);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::DoubleThree);
    assert_eq!(judge(&board, Rule::Freestyle, point, Stone::Black), Verdict::Ordinary);

    let swapped: Vec<String> = rows.iter().map(|row| row.replace('X', "O")).collect();
    let (board, point) = picture(&swapped.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(judge(&board, Rule::General, point, Stone::White), Verdict::DoubleThree);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
}

#[test]
fn broken_and_diagonal_threes_count() {
    let (board, point) =
        picture(&["", "", "...X......", "", ".....X....", "....X.*.X.", "", "", "", ""]);
    // The row X.*.X needs two more stones; the diagonal X.X* is a broken three: one three only.
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    let (board, point) =
        picture(&["", "", "...X......", "", ".....X....", "......*XX.", "", "", "", ""]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::DoubleThree);
}

#[test]
fn a_blocked_or_overlining_line_makes_the_cross_legal() {
    // The row is closed by a white stone.
    let (board, point) = picture(&["", "", "", ".....X", ".....X", "..OXX*..."]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    // The column starts at the edge.
    let (board, point) = picture(&[".....X", ".....X", "...XX*..."]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    // A lone stone two beyond the only straight four that fits turns its five into six.
    let (board, point) = picture(&["", "", "", ".....X", ".....X", "O.XX*..X.", ""]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
}

#[test]
fn three_and_four_together_are_allowed_and_so_are_two_fours() {
    let (board, point) = picture(&["", "", "", ".....X", ".....X", "..XXX*..."]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    let (board, point) = picture(&["", "", ".....X", ".....X", ".....X", "..XXX*..."]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    // Both fours on one line.
    let (board, point) = picture(&["", "X.X*X.X"]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
}

#[test]
fn five_wins_even_where_threes_cross() {
    let (board, point) =
        picture(&["", "", "", "...X.X.X", "....XXX.", ".XXXX*...", "", "", "", "", "", ""]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Five);
}

#[test]
fn overline_wins_in_freestyle_only_and_is_not_forbidden() {
    let (board, point) = picture(&["", "XXX*XX"]);
    assert_eq!(judge(&board, Rule::Freestyle, point, Stone::Black), Verdict::Five);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Ordinary);
    // Six in one line and five in another: the five wins.
    let (board, point) = picture(&["...X", "XXX*XX", "...X", "...X", "...X"]);
    assert_eq!(judge(&board, Rule::General, point, Stone::Black), Verdict::Five);
}

#[test]
fn fives_are_seen_in_all_directions_and_at_the_edges() {
    for rows in [
        &["XXXX*"][..],
        &["..........XXXX*"],
        &["X", "X", "X", "X", "*"],
        &["X", ".X", "..*", "...X", "....X"],
        &["....X", "...X", "..X", ".X", "*"],
    ] {
        let (board, point) = picture(rows);
        for rule in Rule::ALL {
            assert_eq!(judge(&board, *rule, point, Stone::Black), Verdict::Five, "{rows:?}");
        }
    }
}

#[test]
fn straight_fours_are_told_from_closed_ones() {
    for (row, straight) in
        [("..XXX*..", true), (".OXXX*..", false), ("XXX*.", false), ("..XX*X..", true)]
    {
        let (board, point) = picture(&[row]);
        assert_eq!(makes_straight_four(&board, Rule::General, point, Stone::Black), straight);
    }
    // The sixth stone spoils it under the general rule alone.
    let (board, point) = picture(&["..XXX*.X."]);
    assert!(!makes_straight_four(&board, Rule::General, point, Stone::Black));
    assert!(makes_straight_four(&board, Rule::Freestyle, point, Stone::Black));
}

/// Boards crowded in one corner, where patterns of all kinds meet, the edge included.
fn crowded() -> impl Strategy<Value = (Board, Point)> {
    let cell =
        prop_oneof![4 => Just(None), 3 => Just(Some(Stone::Black)), 1 => Just(Some(Stone::White))];
    (prop::collection::vec(cell, 81), 0_i64..9, 0_i64..9, 0_i64..7).prop_map(
        |(cells, x, y, shift)| {
            let mut board = Board::new();
            for (i, stone) in (0_i64..).zip(cells) {
                board.set(Point::new(i % 9 + shift, i / 9 + shift).unwrap(), stone);
            }
            let point = Point::new(x + shift, y + shift).unwrap();
            board.set(point, None);
            (board, point)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn judgement_equals_the_naive_twin((board, point) in crowded()) {
        for rule in Rule::ALL {
            for stone in [Stone::Black, Stone::White] {
                prop_assert_eq!(
                    judge(&board, *rule, point, stone),
                    naive::judge(&board, *rule, point, stone)
                );
            }
        }
    }
}
