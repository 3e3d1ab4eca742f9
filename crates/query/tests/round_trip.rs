//! A query that is written and read again is the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::date;
use proptest::prelude::*;
use spinloom_flow::RunStatus;
use spinloom_query::{
    Field, Filter, Moment, Op, Pattern, Precision, Query, Term, TimeField, ValueOf, ValueTest, complete,
};

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9:*|\"\\\\<>= .-]{1,8}", "[a-z]{1,5}", "\\PC{1,5}"]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    (word(), any::<bool>()).prop_map(|(text, bare)| {
        // With a star and a space there is no way to write an open pattern.
        let writable =
            !text.contains(|c: char| c.is_whitespace() || c == '|' || c == '"') && !text.starts_with('=');
        if bare && writable { Pattern::bare(text) } else { Pattern::exact(text) }
    })
}

fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
    prop::collection::vec(pattern(), 1..4)
}

fn order() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::Less, Op::AtMost, Op::More, Op::AtLeast])
}

fn moment() -> impl Strategy<Value = Moment> {
    let civil =
        (1970..2100i16, 1..=12i8, 1..=28i8, 0..86_400i32, 0..4usize, prop::option::of(-1439..1440i16));
    let civil = civil.prop_map(|(year, month, day, second, precision, offset)| {
        let second = [0, 0, second / 60 * 60, second][precision];
        let day = if precision == 0 { 1 } else { day };
        let from = date(year, month, day).at(0, 0, 0, 0) + jiff::Span::new().seconds(second);
        let lengths = [Precision::Month, Precision::Day, Precision::Minute, Precision::Second];
        Moment::Civil { from, precision: lengths[precision], offset: offset.filter(|_| precision > 1) }
    });
    prop_oneof![Just(Moment::Today), Just(Moment::Yesterday), (0..i64::MAX).prop_map(Moment::Ago), civil]
}

fn filter() -> impl Strategy<Value = Filter> {
    let statuses =
        vec![RunStatus::Running, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped, RunStatus::Lost];
    let test = prop_oneof![
        patterns().prop_map(ValueTest::Is),
        (order(), any::<f64>().prop_filter("finite", |n| n.is_finite()))
            .prop_map(|(op, number)| ValueTest::Compares(op, number)),
    ];
    let any_order = prop_oneof![Just(Op::Is), order()];
    prop_oneof![
        prop::collection::vec(word(), 1..3).prop_map(Filter::Text),
        (prop::sample::select(Field::ALL.to_vec()), patterns())
            .prop_map(|(field, values)| Filter::Field { field, values }),
        prop::collection::vec(prop::sample::select(statuses), 1..3).prop_map(Filter::Status),
        (order(), 0..i64::MAX).prop_map(|(op, us)| Filter::Duration { op, us }),
        (any::<bool>(), any_order, moment()).prop_map(|(started, op, moment)| Filter::Time {
            field: if started { TimeField::Started } else { TimeField::Finished },
            op,
            moment,
        }),
        (prop::sample::select(ValueOf::ALL.to_vec()), "[a-zA-Z_][a-zA-Z0-9_-]{0,6}", test)
            .prop_map(|(of, name, test)| Filter::Value { of, name, test }),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let term = (any::<bool>(), filter()).prop_map(|(negated, filter)| Term { negated, filter });
    prop::collection::vec(term, 0..5).prop_map(|terms| Query { terms })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(query in query()) {
        let text = query.to_string();
        prop_assert_eq!(text.parse::<Query>().map_err(|e| format!("{e:?}")), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in "[a-z:<>=|\"\\\\ *.ü-]{0,20}") {
        match text.parse::<Query>() {
            Ok(query) => prop_assert_eq!(query.to_string().parse::<Query>().unwrap(), query),
            Err(invalid) => prop_assert!(text.get(invalid.at.clone()).is_some(), "{:?}", invalid),
        }
        for cursor in 0..=text.len() + 1 {
            let place = complete(&text, cursor);
            prop_assert!(text.get(place.replace.clone()).is_some());
        }
    }
}
