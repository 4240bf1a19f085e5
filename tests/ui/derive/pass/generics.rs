//! Lifetimes, type parameters, constants and bounds of the user.

use std::marker::PhantomData;

use nunchi::label::{LabelValue, Labels as _};

#[derive(nunchi::Labels)]
struct Route<'b> {
    path: &'b str,
    user: Option<&'b str>,
}

#[derive(nunchi::Labels)]
struct Any<T, U = u16>
where
    T: Clone,
{
    method: T,
    code: Option<U>,
}

#[derive(nunchi::Labels)]
struct Mixed<'a, T: ?Sized, const N: usize> {
    name: &'a T,
    #[label(skip)]
    bytes: [u8; N],
}

/// `R` is also the name of a parameter of the trait method.
#[derive(nunchi::Labels)]
struct Marked<R, S> {
    code: u16,
    reason: R,
    #[label(skip)]
    marker: PhantomData<S>,
}

struct NotAValue;

/// A label set of any lifetime can be made from the one that a `static` names.
fn borrowed<'b, L: nunchi::label::Labels<Borrowed<'b> = Route<'b>>>(path: &'b str) -> Route<'b> {
    Route { path, user: None }
}

fn same<L: nunchi::label::Labels>(labels: &L::Borrowed<'_>) -> usize {
    labels.with_values(|values| values.len())
}

fn named<T: LabelValue + ?Sized + 'static>(name: &T) -> usize {
    same::<Mixed<'static, T, 2>>(&Mixed { name, bytes: [0; 2] })
}

fn main() {
    let path = String::from("/games");
    borrowed::<Route<'static>>(&path).with_values(|values| assert_eq!(values, ["/games", ""]));
    assert_eq!(same::<Route<'static>>(&Route { path: &path, user: Some(&path) }), 2);

    let any = Any { method: "GET", code: Some(200_u16) };
    any.with_values(|values| assert_eq!(values, ["GET", "200"]));
    assert_eq!(same::<Any<&str>>(&any), 2);
    assert_eq!(Any::<u8, u8>::NAMES, ["method", "code"]);

    assert_eq!(named("text"), 1);
    assert_eq!(named(&7_u16), 1);
    assert_eq!(Mixed { name: "x", bytes: [0; 4] }.bytes.len(), 4);

    let marked = Marked { code: 1, reason: true, marker: PhantomData::<NotAValue> };
    let _ = (NotAValue, marked.marker);
    marked.with_values(|values| assert_eq!(values, ["1", "true"]));
}
