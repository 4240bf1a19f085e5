//! The command line, read by hand: five flags do not need a library.

use std::net::SocketAddr;
use std::time::Duration;

/// What `--help` prints.
pub const USAGE: &str = "\
omok-server: an omok (five in a row) game server with Prometheus metrics

Usage: omok-server [--listen ADDR] [--demo N] [--run-for SECONDS] [--host-metrics]

  --listen ADDR      address and port to listen on; port 0 takes a free one
                     (default 127.0.0.1:8080)
  --demo N           let N clients play against the server, 1 to 200, with short clocks
  --run-for SECONDS  shut down after this time; fractions are allowed
  --host-metrics     expose the machine too, as node_exporter would; not beside one
  --help             print this

The game is at /, its metrics at /metrics.
";

/// Most clients of a demo.
const MAX_DEMO: usize = 200;

/// The longest `--run-for`: a year. Longer is a mistake.
const MAX_RUN_SECONDS: f64 = 366.0 * 86_400.0;

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Flags {
    /// `--listen`.
    pub listen: SocketAddr,
    /// `--demo`; 0 if not given.
    pub demo: usize,
    /// `--run-for`.
    pub run_for: Option<Duration>,
    /// `--host-metrics`.
    pub host_metrics: bool,
}

/// A command line that could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Run the server.
    Run(Flags),
    /// Print [`USAGE`].
    Help,
}

impl Flags {
    /// Reads the arguments after the program's name. A flag's value follows it, as the next
    /// argument or after `=`.
    ///
    /// # Errors
    ///
    /// A sentence for the user: an unknown flag, a missing value, or one that does not parse.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Parsed, String> {
        let mut flags = Flags {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            demo: 0,
            run_for: None,
            host_metrics: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let mut value = || {
                inline.clone().or_else(|| arguments.next()).ok_or(format!("{flag} needs a value"))
            };
            match flag {
                "--help" | "-h" => return Ok(Parsed::Help),
                "--host-metrics" if inline.is_none() => flags.host_metrics = true,
                "--listen" => {
                    let text = value()?;
                    let address = text.parse();
                    flags.listen =
                        address.map_err(|_| format!("--listen: \"{text}\" is not IP:PORT"))?;
                }
                "--demo" => {
                    let text = value()?;
                    let clients = text.parse().ok().filter(|n| (1..=MAX_DEMO).contains(n));
                    flags.demo = clients.ok_or(format!(
                        "--demo: \"{text}\" is not a number from 1 to {MAX_DEMO}"
                    ))?;
                }
                "--run-for" => {
                    let text = value()?;
                    let seconds = text.parse::<f64>().ok();
                    let seconds = seconds.filter(|s| (0.0..=MAX_RUN_SECONDS).contains(s));
                    flags.run_for = Some(Duration::from_secs_f64(
                        seconds.ok_or(format!("--run-for: \"{text}\" is not a time in seconds"))?,
                    ));
                }
                _ => return Err(format!("unknown flag \"{argument}\"")),
            }
        }
        Ok(Parsed::Run(flags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Parsed, String> {
        Flags::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_are_read_in_any_order_and_with_equals() {
        let expected = Flags {
            listen: SocketAddr::from(([0, 0, 0, 0], 0)),
            demo: 20,
            run_for: Some(Duration::from_millis(1_500)),
            host_metrics: true,
        };
        for line in [
            "--listen 0.0.0.0:0 --demo 20 --run-for 1.5 --host-metrics",
            "--host-metrics --run-for=1.5 --demo=20 --listen=0.0.0.0:0",
        ] {
            assert_eq!(parse(line), Ok(Parsed::Run(expected.clone())));
        }
        assert_eq!(parse("--demo 3 --help"), Ok(Parsed::Help));
    }

    #[test]
    fn bad_flags_are_told_apart() {
        for (line, part) in [
            ("--verbose", "unknown flag \"--verbose\""),
            ("--host-metrics=yes", "unknown flag \"--host-metrics=yes\""),
            ("play", "unknown flag \"play\""),
            ("--listen", "needs a value"),
            ("--listen localhost", "\"localhost\" is not IP:PORT"),
            ("--demo 0", "\"0\" is not a number"),
            ("--demo 201", "1 to 200"),
            ("--demo many", "\"many\""),
            ("--run-for -1", "\"-1\""),
            ("--run-for NaN", "\"NaN\""),
            ("--run-for inf", "\"inf\""),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
