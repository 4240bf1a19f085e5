//! Constants and statics have no hygiene: the expansion must not shadow those that values name.

use nunchi::counter;

const SITE: &str = "eu-1";
static LABELS: &str = "both";

fn main() {
    counter!("ui_site_total", "By site.", "site" => SITE).inc();
    counter!("ui_labels_total", "By labels.", "labels" => LABELS).inc();
    let mut page = Vec::new();
    nunchi::encode(nunchi::global(), nunchi::Format::Text, &mut page);
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("ui_site_total{site=\"eu-1\"} 1\n"), "{page}");
}
