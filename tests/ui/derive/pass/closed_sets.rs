//! Closed label sets where nothing may be taken for granted: lints, names of the user, bounds.

#![forbid(warnings)]
#![no_implicit_prelude]

#[derive(::nunchi::LabelValue)]
pub enum Side {
    Black,
    White,
}

#[derive(::nunchi::LabelValue)]
pub struct Wrapped(pub Side);

#[derive(::nunchi::LabelValue)]
pub struct Number(pub ::core::primitive::u8);

/// Fields that are named like what the macro expands to.
#[derive(::nunchi::Labels)]
pub struct Closed<'a> {
    pub position: &'a Side,
    pub position_0: ::core::option::Option<Wrapped>,
    pub text_0: ::core::primitive::bool,
    #[label(skip)]
    pub f: ::core::primitive::f64,
}

#[derive(::nunchi::Labels)]
pub struct Open<OpenSet> {
    pub field: OpenSet,
    pub number: Number,
}

static GAMES: ::nunchi::Family<::nunchi::Counter, Closed<'static>> =
    ::nunchi::family!("games_total", "Games.");

fn main() {
    use ::nunchi::label::Labels as _;

    GAMES.init_all();
    let labels = Closed {
        position: &Side::White,
        position_0: ::core::option::Option::Some(Wrapped(Side::Black)),
        text_0: true,
        f: 0.0,
    };
    GAMES.with(&labels).inc();
    let open = Open { field: Side::Black, number: Number(1) };
    ::core::assert_eq!((Closed::CARDINALITY, labels.position()), (12, 9));
    ::core::assert_eq!((Open::<Side>::CARDINALITY, GAMES.cardinality()), (0, 12));
    open.with_values(|values| ::core::assert_eq!(values, ["black", "1"]));
}
