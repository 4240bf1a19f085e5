//! How a shutdown reaches the tasks, and how it waits for them.

use tokio::sync::watch;

/// Turns ready once the server goes away, and stays ready.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// The sender says when, by sending `true`.
    pub(crate) fn new() -> (watch::Sender<bool>, Self) {
        let (stop, stopped) = watch::channel(false);
        (stop, Shutdown(stopped))
    }

    pub(crate) async fn wait(&mut self) {
        // A server dropped without a shutdown says nothing more: it runs on.
        if self.0.wait_for(|down| *down).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Counts running tasks.
#[derive(Debug)]
pub(crate) struct Tasks(watch::Sender<usize>);

/// One running task; dropping it counts it out, a panic included.
#[derive(Debug)]
pub(crate) struct Running(watch::Sender<usize>);

impl Default for Tasks {
    fn default() -> Self {
        Tasks(watch::Sender::new(0))
    }
}

impl Tasks {
    pub(crate) fn start(&self) -> Running {
        self.0.send_modify(|count| *count += 1);
        Running(self.0.clone())
    }

    /// Waits until nothing runs.
    pub(crate) async fn finished(&self) {
        // Fails only when the sender is gone, and this is it.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
