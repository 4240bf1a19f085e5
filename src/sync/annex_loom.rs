//! Model of the annex: no addition is lost while the total moves, and who finds it can see it.

use super::*;
use crate::sync::explore::explore;
use crate::sync::primitive::Place;
use loom::sync::Arc;

/// One thread makes the annex; another adds, and looks for company that is not atomic.
#[test]
fn the_total_moves_without_loss() {
    explore(3, 10, || {
        let total = Arc::new(Annexed::<Place<u64>>::zero());
        total.add(0.5);
        let look = |company: &Place<u64>| {
            // SAFETY: nobody changes it.
            company.with(|seven| assert_eq!(unsafe { *seven }, 7));
        };
        let maker = {
            let total = Arc::clone(&total);
            loom::thread::spawn(move || {
                look(total.company_or_make(|| Place::new(7)));
            })
        };
        total.add(1.0);
        if let Some(company) = total.company() {
            look(company);
        }
        assert_eq!(total.load(), 1.5);
        total.add(2.0);
        maker.join().unwrap();
        assert_eq!(total.load(), 3.5);
        look(total.company_or_make(|| unreachable!("it was made")));
    });
}
