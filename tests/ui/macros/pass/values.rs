//! Everything that can be a label value, from anywhere.

use nunchi::{counter, gauge, histogram, summary, Buckets};
use std::borrow::Cow;
use std::time::Duration;

fn generic<T: nunchi::LabelValue>(value: T) {
    counter!("ui_generic_total", "Generic.", "value" => value).inc();
}

fn main() {
    let owned = String::from("a");
    let temporary = || String::from("b");
    counter!("ui_a_total", "A.", "x" => owned, "y" => &owned, "z" => temporary()).inc();
    counter!("ui_b_total", "B.", "x" => Some(1_u8), "y" => None::<&str>, "z" => 'c',).inc();
    counter!("ui_c_total", "C.", max_series = 10, "x" => true, "y" => -1, "z" => "d").inc_by(2);
    counter!("ui_d_total", "D.", "x" => Cow::Borrowed("e"), "y" => u128::MAX).inc_by(0.5);
    gauge!(i64, "ui_e", "E.", "x" => if owned.is_empty() { "yes" } else { "no" }).dec();
    gauge!("ui_f", "F.",).set(1);
    histogram!("ui_g_seconds", "G.", buckets = Buckets::latency(), "x" => 1).observe(1.0);
    histogram!("ui_h_seconds", "H.", buckets = vec![1.0, 2.0]).observe(1.0);
    histogram!("ui_i_seconds", "I.", buckets = Buckets::linear(0.0, 1.0, 3)).observe(1.0);
    summary!("ui_j_seconds", "J.", quantiles = [0.5], window = Duration::from_secs(5)).observe(1.0);
    summary!("ui_k_seconds", "K.", window = 300, quantiles = vec![0.5], "x" => owned).observe(1.0);
    generic("static");
    generic(owned.as_str());
    let kept: &'static nunchi::Counter = counter!("ui_l_total", "L.", "x" => owned);
    drop(owned);
    kept.inc();
    assert!(nunchi::global().registration_errors().is_empty());
}
