//! `nunchi::collector::HostCollector`: fixtures of several machines, broken ones, and this machine
//! beside a real node_exporter.

use nunchi::collector::HostCollector;
use nunchi::Registry;

mod beside;
mod broken;
mod machines;

fn registry_of(collector: HostCollector) -> Registry {
    let registry = Registry::new();
    registry.register(collector).expect("the families are valid");
    registry
}
