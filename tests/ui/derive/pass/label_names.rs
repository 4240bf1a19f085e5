//! Names: declaration order, renames, cases, skipped fields, raw identifiers.

use nunchi::label::Labels as _;

#[derive(nunchi::Labels)]
struct Route {
    method: &'static str,
    #[label(rename = "code")]
    status: u16,
    #[label(skip)]
    note: Vec<u8>,
    user: Option<String>,
    r#match: bool,
}

#[derive(nunchi::Labels)]
#[label(rename_all = "camelCase")]
struct Camel {
    game_mode: u8,
    #[label(rename = "board_size")]
    size: u8,
    #[label(rename = "le")]
    upper_bound: u8,
}

#[derive(nunchi::Labels)]
#[label(rename_all = "SCREAMING_SNAKE_CASE")]
struct Screaming {
    game_mode: u8,
}

#[derive(nunchi::Labels)]
#[label(rename_all = "PascalCase")]
struct Pascal {
    game_mode: u8,
}

#[derive(nunchi::Labels)]
struct Unit;

#[derive(nunchi::Labels)]
struct Empty {}

#[derive(nunchi::Labels)]
struct AllSkipped {
    #[label(skip)]
    note: Vec<u8>,
}

fn main() {
    assert_eq!(Route::NAMES, ["method", "code", "user", "match"]);
    assert_eq!(Camel::NAMES, ["gameMode", "board_size", "le"]);
    assert_eq!(Screaming::NAMES, ["GAME_MODE"]);
    assert_eq!(Pascal::NAMES, ["GameMode"]);
    assert!(Unit::NAMES.is_empty() && Empty::NAMES.is_empty() && AllSkipped::NAMES.is_empty());

    let mut route = Route {
        method: "GET",
        status: 200,
        note: vec![1],
        user: Some("눈치".into()),
        r#match: true,
    };
    route.with_values(|values| assert_eq!(values, ["GET", "200", "눈치", "true"]));
    route.user = None;
    let seen = route.with_values(|values| {
        assert_eq!(values, ["GET", "200", "", "true"]);
        values.len()
    });
    assert_eq!(seen, Route::NAMES.len());

    Camel { game_mode: 1, size: 2, upper_bound: 3 }
        .with_values(|values| assert_eq!(values, ["1", "2", "3"]));
    Screaming { game_mode: 1 }.with_values(|values| assert_eq!(values, ["1"]));
    Pascal { game_mode: 1 }.with_values(|values| assert_eq!(values, ["1"]));
    Unit.with_values(|values| assert!(values.is_empty()));
    Empty {}.with_values(|values| assert!(values.is_empty()));
    AllSkipped { note: route.note }.with_values(|values| assert!(values.is_empty()));
}
