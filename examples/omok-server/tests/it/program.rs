//! The program itself: its first line, its exit codes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_omok-server"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn first_line_names_the_real_port_and_the_end_is_clean() {
    let mut child = program(&["--listen", "127.0.0.1:0", "--demo", "2", "--run-for", "1"])
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    let address = line.strip_prefix("listening on http://").expect(&line).trim_end().to_owned();
    assert!(!address.ends_with(":0"));
    let mut stream = TcpStream::connect(&address).expect("it listens");
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").expect("open");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("open");
    assert!(answer.ends_with("ok\n"), "{answer}");
    // Only the program has an allocator that counts.
    let mut stream = TcpStream::connect(&address).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("open");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("open");
    let value = |name: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.trim().parse::<u64>().ok()).expect(name)
    };
    let freed = value("alloc_deallocated_bytes_total ");
    assert_eq!(value("alloc_live_bytes "), value("alloc_allocated_bytes_total ") - freed);
    assert!(value("alloc_live_bytes ") > 10_000);
    assert!(value("tokio_workers ") >= 1 && value("tokio_tasks_alive ") >= 1);
    if cfg!(target_os = "linux") {
        assert!(value("process_minor_pagefaults_total ") > 0);
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_machine_is_on_the_page_if_asked_for() {
    let arguments = ["--listen", "127.0.0.1:0", "--run-for", "5", "--host-metrics"];
    let mut child = program(&arguments).spawn().expect("it starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("a line");
    let address = line.strip_prefix("listening on http://").expect(&line).trim_end().to_owned();
    let mut stream = TcpStream::connect(&address).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("open");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("open");
    assert!(answer.contains("\nomok_build_info{"), "{answer}");
    assert_eq!(answer.contains("\nnode_uname_info{"), cfg!(target_os = "linux"), "{answer}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn bad_flags_and_taken_ports_have_their_own_codes() {
    let output = program(&["--frobnicate"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--frobnicate"));
    assert!(output.stdout.is_empty());

    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let output = program(&["--listen", &address]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address));

    let output = program(&["--help"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("--run-for"));
}

#[cfg(unix)]
#[test]
fn a_signal_shuts_it_down() {
    let mut child = program(&["--listen", "127.0.0.1:0"]).spawn().expect("it starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("a line");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.expect("kill exists").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
