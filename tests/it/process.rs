//! `nunchi::collector::{ProcessCollector, BuildInfo}`: fixtures of several kernels, broken ones,
//! and this very process.

use nunchi::collector::BuildInfo;
use nunchi::{encode, Collector, Format, Registry};

#[cfg(all(feature = "process-extras", target_os = "linux"))]
mod extras;
#[cfg(all(feature = "process", target_os = "linux"))]
mod live;
#[cfg(all(feature = "process", target_os = "linux"))]
mod procfs;

fn page_of(collector: impl Collector) -> String {
    let registry = Registry::new();
    registry.register(collector).expect("the families are valid");
    page(&registry)
}

fn page(registry: &Registry) -> String {
    let mut page = Vec::new();
    encode(registry, Format::Text, &mut page);
    String::from_utf8(page).expect("the page is text")
}

#[test]
fn build_info_is_one_series_with_its_labels_in_order() {
    let build = BuildInfo::new("app", "1.4.0")
        .and_then(|build| build.label("rustc", "1.75.0"))
        .expect("valid names")
        .revision("wrong")
        .revision("9f2c\"1ab");
    assert_eq!(
        page_of(build),
        "# HELP app_build_info Build of the running program.\n\
         # TYPE app_build_info gauge\n\
         app_build_info{version=\"1.4.0\",revision=\"9f2c\\\"1ab\",rustc=\"1.75.0\"} 1\n"
    );
}

#[test]
fn build_info_without_a_revision_has_no_such_label() {
    let page = page_of(BuildInfo::new("app", "1.4.0").expect("a valid name"));
    assert!(page.ends_with("\napp_build_info{version=\"1.4.0\"} 1\n"), "{page}");
}

#[test]
fn build_info_refuses_names_that_cannot_be() {
    for prefix in ["", "9x"] {
        assert!(BuildInfo::new(prefix, "1").is_err(), "{prefix:?}");
    }
    for label in ["version", "revision", "__name__", ""] {
        let build = BuildInfo::new("app", "1").expect("a valid name");
        assert!(build.label(label, "x").is_err(), "{label:?}");
    }
}

#[test]
#[cfg(feature = "process")]
fn the_process_collector_registers_everywhere_and_once() {
    use nunchi::collector::ProcessCollector;

    let registry = Registry::new();
    registry
        .register(ProcessCollector::with_procfs("/nonexistent"))
        .expect("it describes families");
    assert_eq!(page(&registry), "");
    assert!(registry.register(ProcessCollector::new()).is_err());
}
