//! Values: enums in every case, renamed variants, newtypes, and the list of choices.

use nunchi::label::{LabelChoices, LabelValue as _};

#[derive(Clone, Copy, Debug, PartialEq, nunchi::LabelValue)]
enum Outcome {
    Won,
    TimedOut,
    HTTPError,
    #[label(rename = "draw (agreed)")]
    Tie,
    r#Self_,
}

#[derive(nunchi::LabelValue)]
struct Code(u16);

#[derive(nunchi::LabelValue)]
struct Player<'a>(&'a str);

#[derive(nunchi::LabelValue)]
struct Id<T>(T);

#[derive(nunchi::LabelValue)]
struct Nested<T: Copy>(Option<Id<T>>)
where
    T: Default;

macro_rules! cases {
    ($($name:ident $case:literal => $text:literal;)*) => {$({
        #[derive(nunchi::LabelValue)]
        #[label(rename_all = $case)]
        enum $name {
            TimedOut,
        }
        assert_eq!($name::TimedOut.text().as_str(), $text);
    })*};
}

fn texts<T: LabelChoices>() -> Vec<String> {
    T::ALL.iter().map(|choice| choice.text().as_str().to_owned()).collect()
}

fn main() {
    assert_eq!(texts::<Outcome>(), ["won", "timed_out", "http_error", "draw (agreed)", "self"]);
    assert_eq!(Outcome::ALL[1], Outcome::TimedOut);
    assert_eq!(Outcome::ALL.len(), 5);
    let _ = (Outcome::Won, Outcome::HTTPError, Outcome::Tie, Outcome::Self_);

    assert_eq!(Code(404).text().as_str(), "404");
    assert_eq!(Player("눈치").text().as_str(), "눈치");
    assert_eq!(Id(7_u64).text().as_str(), "7");
    assert_eq!(Nested(Some(Id(true))).text().as_str(), "true");
    assert_eq!(Nested::<bool>(None).text().as_str(), "");

    cases! {
        Snake "snake_case" => "timed_out";
        Lower "lowercase" => "timedout";
        Upper "UPPERCASE" => "TIMEDOUT";
        Screaming "SCREAMING_SNAKE_CASE" => "TIMED_OUT";
        Camel "camelCase" => "timedOut";
        Pascal "PascalCase" => "TimedOut";
        Kebab "kebab-case" => "timed-out";
    }
}
