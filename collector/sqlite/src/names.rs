//! Names as small integers: event types, pages, forms and all else that repeats from event to event.
//!
//! Surprising: browsers fill these columns, so the table has a limit. What comes after it is stored as its text; a column
//! of names therefore holds an integer or a text.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};

use crate::error::Outcome;

/// Names that are kept as integers.
const NAMES_MAX: usize = 16_384;

/// A name as it stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column<'n> {
    Number(i64),
    Text(&'n str),
}

impl ToSql for Column<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// A table of names: `names`, which browsers fill, and `counter_keys`, which are few by themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Names,
    CounterKeys,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::CounterKeys => "counter_keys",
        }
    }

    const fn names_max(self) -> usize {
        match self {
            Self::Names => NAMES_MAX,
            Self::CounterKeys => usize::MAX,
        }
    }
}

/// The writer's names of one table: all of them.
pub(crate) struct Names {
    table: Table,
    numbers: HashMap<Arc<str>, i64>,
    /// In the order of their numbers, from 1.
    names: Vec<Arc<str>>,
    /// How many of them stand in the table for good.
    stored: usize,
}

impl Names {
    pub(crate) fn load(connection: &Connection, table: Table) -> Outcome<Self> {
        let mut names = Self { table, numbers: HashMap::new(), names: Vec::new(), stored: 0 };
        for name in after(connection, table, 0)? {
            names.add(name.into());
        }
        names.stored = names.names.len();
        Ok(names)
    }

    /// The name as its column holds it. A new one is stored with [`Self::store`].
    pub(crate) fn column<'n>(&mut self, name: &'n str) -> Column<'n> {
        if let Some(number) = self.numbers.get(name) {
            return Column::Number(*number);
        }
        if self.names.len() < self.table.names_max() {
            return Column::Number(self.add(name.into()));
        }
        Column::Text(name)
    }

    fn add(&mut self, name: Arc<str>) -> i64 {
        self.names.push(Arc::clone(&name));
        let number = number_of(self.names.len());
        self.numbers.insert(name, number);
        number
    }

    /// What a column of names says; none if it is null.
    pub(crate) fn read<'n>(&'n self, column: ValueRef<'n>) -> Option<&'n str> {
        spelled(column, |index| self.names.get(index).map(|name| &**name))
    }

    /// Writes the names that do not stand yet. A transaction that is rolled back leaves its own to the next.
    pub(crate) fn store(&self, connection: &Connection) -> Outcome<()> {
        if self.stored == self.names.len() {
            return Ok(());
        }
        let mut insert = connection.prepare_cached(&format!("insert into {} values(?, ?)", self.table.name()))?;
        for (index, name) in self.names.iter().enumerate().skip(self.stored) {
            insert.execute((number_of(index + 1), &**name))?;
        }
        Ok(())
    }

    /// The transaction was committed: its names stand.
    pub(crate) fn committed(&mut self) {
        self.stored = self.names.len();
    }
}

/// A reader's names, by number.
#[derive(Default)]
pub(crate) struct Spelled(Vec<Box<str>>);

impl Spelled {
    /// Learns the names that are new. To be called in the transaction whose rows are read.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Outcome<()> {
        self.0.extend(after(connection, Table::Names, self.0.len())?);
        Ok(())
    }

    /// What a column of names says; none if it is null.
    pub(crate) fn read<'n>(&'n self, column: ValueRef<'n>) -> Option<&'n str> {
        spelled(column, |index| self.0.get(index).map(|name| &**name))
    }
}

fn spelled<'n>(column: ValueRef<'n>, by_index: impl Fn(usize) -> Option<&'n str>) -> Option<&'n str> {
    match column {
        ValueRef::Integer(number) => by_index(usize::try_from(number).ok()?.checked_sub(1)?),
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

fn after(connection: &Connection, table: Table, count: usize) -> Outcome<Vec<Box<str>>> {
    let sql = format!("select name from {} where n > ? order by n", table.name());
    let mut statement = connection.prepare_cached(&sql)?;
    let names = statement.query_map([number_of(count)], |row| row.get(0))?;
    names.collect()
}

fn number_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
