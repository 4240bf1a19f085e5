//! `/proc/<pid>/task`: the threads, and how often they gave way.

use crate::collector::kernel::field;
use crate::collector::kernel::text::Text;
use std::fs;
use std::path::Path;

/// Voluntary and involuntary ones.
pub(super) type Switches = [u64; 2];

/// What threads were last seen with; those that ended, together.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    ended: Switches,
    alive: Vec<Task>,
}

#[derive(Debug)]
struct Task {
    id: u64,
    switches: Switches,
    is_here: bool,
}

pub(super) fn parse(status: &[u8]) -> Option<Switches> {
    let count = |name: &[u8]| field::number(field::behind(name, status)?);
    Some([count(b"voluntary_ctxt_switches:")?, count(b"nonvoluntary_ctxt_switches:")?])
}

impl Tasks {
    /// All switches so far, as far as they were seen. `None` if no thread can be read now.
    pub(super) fn read(&mut self, tasks: &Path, text: &mut Text) -> Option<Switches> {
        let mut found = None;
        for entry in fs::read_dir(tasks).ok()?.flatten() {
            let name = entry.file_name();
            let Some(id) = field::number(name.as_encoded_bytes()) else { continue };
            let status = text.read(&entry.path().join("status"));
            if let Some(switches) = status.and_then(parse) {
                self.see(id, switches);
                found = Some(());
            }
        }
        let total = self.settle();
        found.map(|()| total)
    }

    fn see(&mut self, id: u64, switches: Switches) {
        let Some(task) = self.alive.iter_mut().find(|task| task.id == id) else {
            self.alive.push(Task { id, switches, is_here: true });
            return;
        };
        let is_another = switches.iter().zip(&task.switches).any(|(now, then)| now < then);
        if is_another {
            add(&mut self.ended, task.switches); // The number was given anew.
        }
        task.switches = switches;
        task.is_here = true;
    }

    /// Lays those that were not seen again to the ended ones, and adds up.
    fn settle(&mut self) -> Switches {
        let ended = &mut self.ended;
        self.alive.retain(|task| {
            if !task.is_here {
                add(ended, task.switches);
            }
            task.is_here
        });
        let mut total = self.ended;
        for task in &mut self.alive {
            add(&mut total, task.switches);
            task.is_here = false;
        }
        total
    }
}

fn add(total: &mut Switches, more: Switches) {
    for (total, more) in total.iter_mut().zip(more) {
        *total = total.saturating_add(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(tasks: &mut Tasks, list: &[(u64, Switches)]) -> Switches {
        list.iter().for_each(|(id, switches)| tasks.see(*id, *switches));
        tasks.settle()
    }

    #[test]
    fn threads_that_end_still_count() {
        let mut tasks = Tasks::default();
        assert_eq!(seen(&mut tasks, &[(7, [10, 1]), (8, [5, 0])]), [15, 1]);
        assert_eq!(seen(&mut tasks, &[(7, [11, 1])]), [16, 1]);
        assert_eq!(seen(&mut tasks, &[(7, [12, 2]), (9, [1, 1])]), [18, 3]);
        assert_eq!(tasks.alive.len(), 2);
    }

    #[test]
    fn a_number_that_is_given_anew_is_another_thread() {
        let mut tasks = Tasks::default();
        seen(&mut tasks, &[(7, [10, 1])]);
        assert_eq!(seen(&mut tasks, &[(7, [2, 1])]), [12, 2]);
    }
}
