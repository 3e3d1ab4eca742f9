//! Values of statements, each with the type it is sent as: so a statement need not be prepared, and takes one round trip.

use tokio_postgres::types::{ToSql, Type};

/// A value and its type.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// What has one type it is sent as.
pub(super) trait Typed: ToSql + Sync {
    const TYPE: Type;
}

macro_rules! typed {
    ($($rust:ty => $sql:ident),+ $(,)?) => { $(impl Typed for $rust { const TYPE: Type = Type::$sql; })+ };
}

typed! {
    bool => BOOL, i32 => INT4, i64 => INT8, &str => TEXT, String => TEXT, &[u8] => BYTEA,
    Option<i64> => INT8, Option<&str> => TEXT, Option<String> => TEXT,
    Vec<i32> => INT4_ARRAY, Vec<i64> => INT8_ARRAY, Vec<bool> => BOOL_ARRAY, Vec<String> => TEXT_ARRAY, Vec<&str> => TEXT_ARRAY,
    Vec<Option<i64>> => INT8_ARRAY, Vec<Option<String>> => TEXT_ARRAY, Vec<Option<&str>> => TEXT_ARRAY,
}

/// A value with its type.
pub(super) fn value<T: Typed>(value: &T) -> Value<'_> {
    (value, T::TYPE)
}

/// Values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::providers::postgres::values::value(&$value)),*] };
}
pub(super) use values;
