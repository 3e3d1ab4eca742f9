use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn numbers_json_has_no_place_for_are_tagged_and_come_back() {
    for (text, value) in [
        ("99999999999999999999999", json!({"$int": "99999999999999999999999"})),
        ("-9223372036854775809", json!({"$int": "-9223372036854775809"})),
        ("18446744073709551615", json!(u64::MAX)),
        ("NaN", json!({"$float": "nan"})),
        ("-Infinity", json!({"$float": "-inf"})),
        ("[1, 1.0, -0.0]", json!([1, 1.0, -0.0])),
    ] {
        assert_eq!(parse(text), Ok(value.clone()), "{text}");
        assert_eq!(print(&value), text);
    }
    assert_eq!(parse("1e999"), Ok(json!({"$float": "inf"})));
}

#[test]
fn an_object_that_looks_like_a_tag_stays_an_object() {
    for text in [r#"{"$int": "5"}"#, r#"{"$object": {"$object": {}}}"#, r#"{"$float": "nan"}"#] {
        let value = parse(text).unwrap();
        assert!(matches!(kind(&value), Kind::Object(_)), "{text}");
        assert_eq!(print(&value), text);
    }
}

#[test]
fn errors_say_where() {
    for (text, line, column) in [
        ("", 1, 1),
        ("{bad", 1, 2),
        ("[1,2", 1, 5),
        ("{\"a\": 1,\n \"b\" 2}", 2, 6),
        ("\"é\" x", 1, 5),
        ("[\"open", 1, 2),
        ("01", 1, 1),
        ("\"\\ud800\"", 1, 2),
        ("\"\\u+123\"", 1, 2),
        ("1.", 1, 2),
        ("-", 1, 1),
        ("'a'", 1, 1),
        ("[1,]", 1, 4),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
    assert!(parse(&"[".repeat(100_000)).unwrap_err().reason.contains("deep"));
}

#[test]
fn integers_and_floats_are_read_as_python_reads_them() {
    for (text, value) in
        [(" 5 ", json!(5)), ("1_000", json!(1000)), ("+5", json!(5)), ("007", json!(7)), ("-0", json!(0))]
    {
        assert_eq!(integer(text), Some(value), "{text}");
    }
    for text in ["", "0x10", "1e3", "5.0", "1__0", "_1", "1_", "+", "- 5", "٣x"] {
        assert_eq!(integer(text), None, "{text}");
    }
    assert_eq!(integer(&"9".repeat(4301)), None);
    for (text, value) in [(" 1.5 ", 1.5), ("1_0.5", 10.5), (".5", 0.5), ("5.", 5.0), ("5", 5.0)] {
        assert_eq!(float(text), Some(json!(value)), "{text}");
    }
    for text in ["nan", "NaN", "-nan"] {
        assert_eq!(float(text), Some(json!({"$float": "nan"})), "{text}");
    }
    assert_eq!(float("-Infinity"), Some(json!({"$float": "-inf"})));
    assert_eq!(float("0x1p3"), None);
    assert_eq!(float(""), None);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:0-9eE.+\\-\\\\ua-f ntrulINf$é\n]{0,40}") {
        match (parse(&text), serde_json::from_str::<Value>(&text)) {
            (Ok(value), _) => prop_assert_eq!(parse(&print(&value)), Ok(value)),
            (Err(error), Ok(_)) => prop_assert!(false, "{} is JSON, but: {}", text, error),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn floats_keep_every_bit(bits: u64) {
        let number = f64::from_bits(bits);
        let back = parse(&print(&from_f64(number))).unwrap();
        match back.as_f64() {
            Some(same) => prop_assert_eq!(same.to_bits(), bits),
            None => prop_assert!(!number.is_finite()),
        }
    }
}
