//! Good, bad and hostile input.

use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> (ClientName, ErrorCode) {
    let (name, message) = parse(text);
    (name, message.expect_err(text))
}

#[test]
fn every_client_name_is_understood_and_named_alike() {
    let full = r#""token":null,"name":"a","rule":"general","room":1,"x":1,"y":2,"text":"t""#;
    for name in ClientName::ALL.iter().filter(|name| **name != ClientName::Other) {
        let wire = serde_json::to_value(name).unwrap();
        let text = format!(r#"{{"message":{wire},{full}}}"#);
        let (parsed, message) = parse(&text);
        assert_eq!(parsed, *name);
        assert!(message.is_ok(), "{text}: {message:?}");
    }
}

#[test]
fn garbage_is_told_from_unknown_and_from_wrong_fields() {
    for text in ["", "{", "null x", "\u{0}", "{\"message\":\"put_stone\"", "[[[[["] {
        assert_eq!(refused(text), (ClientName::Other, ErrorCode::BadJson), "{text}");
    }
    for text in ["1", "null", "[]", "{}", r#"{"message":7}"#, r#"{"message":"drop table"}"#] {
        assert_eq!(refused(text), (ClientName::Other, ErrorCode::UnknownMessage), "{text}");
    }
    for fields in ["", r#","x":1.5,"y":0"#, r#","x":"1","y":0"#, r#","x":1e30,"y":0"#, r#","x":1"#]
    {
        let text = format!(r#"{{"message":"put_stone"{fields}}}"#);
        assert_eq!(refused(&text), (ClientName::PutStone, ErrorCode::BadField), "{text}");
    }
    let text = r#"{"message":"quick_match","rule":"renju"}"#;
    assert_eq!(refused(text), (ClientName::QuickMatch, ErrorCode::BadField));
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let text = "[".repeat(MAX_MESSAGE_BYTES);
    assert_eq!(refused(&text), (ClientName::Other, ErrorCode::BadJson));
}

#[test]
fn names_and_chat_are_cleaned() {
    assert_eq!(clean("  바둑이 \n", 16).as_deref(), Some("바둑이"));
    assert_eq!(clean("a\u{202e}b\u{7}c", 16).as_deref(), Some("abc"));
    assert_eq!(clean("\t \u{200f}", 16), None);
    assert_eq!(clean("가나다", 2), None);
}

#[test]
fn server_messages_carry_their_name() {
    let encoded =
        ServerMessage::Error { code: ErrorCode::DoubleThree, about: ClientName::PutStone }.encode();
    assert_eq!(encoded.name, ServerName::Error);
    assert_eq!(
        encoded.text.as_str(),
        r#"{"message":"error","code":"double_three","about":"put_stone"}"#
    );
}

proptest! {
    #[test]
    fn any_text_is_answered(text in ".{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_object_is_answered(name in "[a-z_]{0,12}", field in "[a-z]{1,5}", value in ".{0,20}") {
        let object = serde_json::json!({ "message": name, field: value });
        let _ = parse(&object.to_string());
    }
}
