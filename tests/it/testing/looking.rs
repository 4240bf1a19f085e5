//! What users do with a page: find a sample, compare, claim.

use nunchi::testing::{page, parse_open_metrics, parse_text, Page};
use nunchi::{assert_metric, Registry};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// A registry with a counter by code, at 200: 3 and at 500: 1.
fn registry() -> Registry {
    let registry = Registry::new();
    let served = registry.counter("app_requests_total", "Requests.").labels(["code", "path"]);
    let served = served.expect("a valid family");
    for (code, amount) in [("200", 3_u64), ("500", 1)] {
        served.with_values(&[code, "/"]).expect("two values").inc_by(amount);
    }
    registry
}

fn text(page: &str) -> Page {
    parse_text(page.as_bytes()).expect("a valid page")
}

fn message(claim: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(claim)).expect_err("the claim does not hold");
    payload.downcast_ref::<String>().cloned().expect("a text")
}

#[test]
fn a27_a_sample_is_found_by_its_labels_in_any_order() {
    let page = page(&registry());
    let value = |labels: &[(&str, &str)]| page.value("app_requests_total", labels);
    assert_eq!(value(&[("path", "/"), ("code", "200")]), Some(3.0));
    assert_eq!(value(&[("code", "200"), ("path", "/"), ("host", "")]), Some(3.0));
    assert_eq!(value(&[("code", "200")]), None);
    assert_eq!(page.value("app_requests", &[]), None);
}

#[test]
fn claims_that_hold_pass() {
    let registry = &registry();
    let path = String::from("/");
    assert_metric!(registry, "app_requests_total", {"code" => 200, "path" => path} == 3);
    assert_metric!(*registry, "app_requests_total", {"path" => path, "code" => "500",} != 3.5);
    assert_metric!(registry, "app_requests_total", {"path" => path, "code" => 500} < 2_u64);
    assert_metric!(registry, "app_requests_total", {"path" => path, "code" => 500} >= 1);
    assert_metric!(registry, "app_requests_total", {"path" => path, "code" => 500} > 0.5);
    assert_metric!(registry, "app_requests_total", {"path" => path, "code" => 500} <= 1);
    assert_metric!(registry, "app_requests_total", {"path" => path, "code" => 500} is present);
    assert_metric!(registry, "app_requests_total" is absent);
    let load = registry.gauge("app_load", "Load.").register().expect("a valid family");
    load.set(f64::NAN);
    assert_metric!(registry, "app_load" == f64::NAN);
    load.set(0.1);
    let answer = assert_metric!(registry, "app_load" += 0.2, {
        load.inc_by(0.2);
        7
    });
    assert_eq!(answer, 7);
    assert_metric!(registry, "app_load" -= 1, load.dec_by(1.0));
    assert_metric!(registry, "app_other" += 0, ());
}

#[test]
fn claims_with_a_tolerance_hold_within_it() {
    let registry = Registry::new();
    let load = registry.gauge("app_load", "Load.").register().expect("a valid family");
    load.set(0.1 + 0.2);
    assert_metric!(registry, "app_load" is near 0.3);
    assert_metric!(registry, "app_load" != 0.3);
    assert_metric!(registry, "app_load" is near 0.25, within 0.1);
    assert_metric!(registry, "app_load" += 0.5, within 0.3, load.inc_by(0.75));
    assert_metric!(registry, "app_load" -= 1, within 0.3, load.dec_by(0.75));
    for same in [f64::NAN, f64::INFINITY, 1e300, 0.0] {
        load.set(same);
        assert_metric!(registry, "app_load" is near same);
    }
    load.set(1e12 + 1.0);
    assert_metric!(registry, "app_load" is near 1e12);
    let claim = || assert_metric!(registry, "app_load" is near f64::NEG_INFINITY);
    assert!(message(claim).contains("found 1000000000001"));
    load.set(2.0);
    let claim = || assert_metric!(registry, "app_load" is near 3, within 0.5);
    assert_eq!(message(claim), "expected app_load near 3, within 0.5, found 2");
    let claim = || assert_metric!(registry, "app_load" += 3, within 0.5, load.inc());
    let wanted = "expected app_load to change by 3, within 0.5, found 2 before, 3 after";
    assert_eq!(message(claim), wanted);
    let claim = || assert_metric!(registry, "app_other" is near 0);
    assert_eq!(message(claim), "there is no sample app_other, and none of this name");
}

#[test]
fn pages_tell_by_how_much_a_sample_went_up() {
    let (before, after) = (text("a 1\nb 5\nc 2\n"), text("a 4\nb 2\nd 3\n"));
    let change = |name| before.change(&after, name, &[]);
    assert_eq!(["a", "b", "c", "d", "e"].map(change), [3.0, -3.0, -2.0, 3.0, 0.0]);
    let only = after.clone().only(|family| family.name() > "a");
    assert_eq!(only, text("b 2\nd 3\n"));
}

#[test]
fn claims_that_do_not_hold_say_what_is_there() {
    let registry = &registry();
    let claim =
        || assert_metric!(registry, "app_requests_total", {"code" => 200, "path" => "/"} == 4);
    let wanted = "expected app_requests_total{code=\"200\",path=\"/\"} == 4, found 3";
    assert_eq!(message(claim), wanted);
    let claim = || assert_metric!(registry, "app_requests_total", {"code" => 404} >= 1);
    assert_eq!(
        message(claim),
        "there is no sample app_requests_total{code=\"404\"}; of this name there are:\n    \
         app_requests_total{code=\"200\",path=\"/\"} 3\n    \
         app_requests_total{code=\"500\",path=\"/\"} 1"
    );
    let claim = || assert_metric!(registry, "app_jobs" is present);
    assert_eq!(message(claim), "there is no sample app_jobs, and none of this name");
    let claim =
        || assert_metric!(registry, "app_requests_total", {"path" => "/", "code" => 500} is absent);
    let wanted = "there is a sample app_requests_total{code=\"500\",path=\"/\"} 1";
    assert_eq!(message(claim), wanted);
    let claim = || assert_metric!(registry, "app_jobs" += 2, ());
    assert_eq!(message(claim), "expected app_jobs to change by 2, found 0 before, 0 after");
}

#[test]
fn a_difference_has_a_line_for_each_change() {
    let before = text(
        "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 2\na{x=\"3\"} +Inf\n# TYPE old gauge\nold 1\n",
    );
    let after = text(
        "# TYPE new counter\nnew 0.5\n# HELP a B.\n# TYPE a gauge\na{x=\"4\"} 1\na{x=\"3\"} 1\na{x=\"1\"} 0.5\n",
    );
    assert_eq!(
        before.diff(&after),
        "- a{x=\"2\"} 2\n  # HELP a A. -> B.\n+ a{x=\"4\"} 1\n  a{x=\"3\"} +Inf -> 1\n  \
         a{x=\"1\"} 1 -> 0.5 (-0.5)\n+ # TYPE new counter\n+ new 0.5\n- # TYPE old gauge\n- old 1\n"
    );
    assert_eq!(before.diff(&before), "");
    let reordered = text("a{y=\"1\",x=\"2\"} 1\nb 1\n");
    assert_eq!(text("b 1\na{x=\"2\",y=\"1\"} 1\n").diff(&reordered), "");
    let open_metrics = |page: &str| parse_open_metrics(page.as_bytes()).expect("a valid page");
    let (before, after) =
        (open_metrics("a 1 1\na 2 2\n# EOF\n"), open_metrics("a 1 1\na 3 2\n# EOF\n"));
    assert_eq!(before.diff(&after), "  a #2 2 -> 3 (+1)\n");
}
