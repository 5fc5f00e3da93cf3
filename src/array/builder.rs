//! Nested values, one at a time, into one flat [`Array`].

use super::{Array, Data, Scalar, Shaped};

/// Deeper nesting than this is refused: no tensor has so many axes, and recursion must end.
const MAX_DEPTH: usize = 16;

/// Every integer up to here is exact in a double.
const EXACT: u64 = 1 << 53;

/// Collects scalars and the ends of rows, and notices the first row that doesn't match the others.
///
/// A door calls [`enter`](Self::enter), pushes what is inside, calls [`leave`](Self::leave).
#[derive(Debug)]
pub(crate) struct ArrayBuilder {
    data: Data,
    /// Each depth's length, once its first row is complete.
    lengths: Vec<Option<usize>>,
    /// The depth at which scalars stand, once one has been seen.
    leaf: Option<usize>,
    /// How many children each open row has so far.
    open: Vec<usize>,
    problem: Option<String>,
}

impl Default for ArrayBuilder {
    fn default() -> Self {
        let (lengths, open) = (vec![], vec![]);
        ArrayBuilder { data: Data::I64(vec![]), lengths, leaf: None, open, problem: None }
    }
}

impl ArrayBuilder {
    /// A row begins.
    ///
    /// # Errors
    /// A message when rows are nested too deeply to go on.
    pub(crate) fn enter(&mut self) -> Result<(), String> {
        if self.open.len() == MAX_DEPTH {
            return Err(format!("arrays are nested more than {MAX_DEPTH} deep"));
        }
        self.count_child();
        if self.leaf.is_some_and(|leaf| self.open.len() >= leaf) {
            self.note(|rows| format!("got an array beside single values at {}", path(rows)));
        }
        self.open.push(0);
        if self.lengths.len() < self.open.len() {
            self.lengths.push(None);
        }
        Ok(())
    }

    /// The row that began last is complete.
    pub(crate) fn leave(&mut self) {
        let Some(length) = self.open.pop() else { return };
        match self.lengths[self.open.len()] {
            None => self.lengths[self.open.len()] = Some(length),
            Some(expected) if expected != length => self.note(|rows| {
                let row = if let [row] = rows { row.to_string() } else { path(rows) };
                format!("got {length} values in row {row}, {expected} in the rows before")
            }),
            Some(_) => {}
        }
    }

    /// A number.
    pub(crate) fn push_float(&mut self, value: f64) {
        self.leaf();
        match &mut self.data {
            Data::F64(floats) => floats.push(value),
            Data::I64(ints) if ints.iter().all(|int| int.unsigned_abs() <= EXACT) => {
                let mut floats: Vec<f64> = ints.iter().map(|&int| int as f64).collect();
                floats.push(value);
                self.data = Data::F64(floats);
            }
            _ => self.push_mixed(Scalar::Float(value)),
        }
    }

    /// A number without a fraction.
    pub(crate) fn push_int(&mut self, value: i64) {
        self.leaf();
        match &mut self.data {
            Data::I64(ints) => ints.push(value),
            Data::F64(floats) if value.unsigned_abs() <= EXACT => floats.push(value as f64),
            _ => self.push_mixed(Scalar::Int(value)),
        }
    }

    /// A number without a fraction, beyond `i64::MAX`.
    pub(crate) fn push_big(&mut self, value: u64) {
        self.leaf();
        self.push_mixed(Scalar::Big(value));
    }

    /// A text.
    pub(crate) fn push_text(&mut self, value: String) {
        self.leaf();
        match &mut self.data {
            Data::Text(texts) => texts.push(value),
            empty if empty.len() == 0 => self.data = Data::Text(vec![value]),
            _ => self.push_mixed(Scalar::Text(value)),
        }
    }

    /// True, false.
    pub(crate) fn push_bool(&mut self, value: bool) {
        self.leaf();
        match &mut self.data {
            Data::Bool(bools) => bools.push(value),
            empty if empty.len() == 0 => self.data = Data::Bool(vec![value]),
            _ => self.push_mixed(Scalar::Bool(value)),
        }
    }

    /// No value.
    pub(crate) fn push_null(&mut self) {
        self.leaf();
        self.push_mixed(Scalar::Null);
    }

    /// An object, which stands where a value would; the door keeps it beside the array.
    pub(crate) fn push_object(&mut self) {
        self.leaf();
    }

    /// A whole array, as it would be pushed value by value.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub(crate) fn push_array(&mut self, array: &Array) -> Result<(), String> {
        self.push_axis(&array.shape, &array.data, 0)
    }

    /// What stands in a row and a column of an array.
    ///
    /// # Errors
    /// A message where it has no such place.
    pub(crate) fn push_cell(&mut self, array: &Array, row: usize, column: usize) -> Result<(), String> {
        match array.shape.as_slice() {
            [rows, columns, inner @ ..] if row < *rows && column < *columns => {
                let stride: usize = inner.iter().product();
                self.push_axis(inner, &array.data, (row * columns + column) * stride)
            }
            _ => Err(format!("got no column {column} in row {row}")),
        }
    }

    /// The part of an array from the element `from` on, which has this shape.
    fn push_axis(&mut self, shape: &[usize], data: &Data, from: usize) -> Result<(), String> {
        let [length, inner @ ..] = shape else {
            self.push_element(data, from);
            return Ok(());
        };
        let stride: usize = inner.iter().product();
        self.enter()?;
        for row in 0..*length {
            self.push_axis(inner, data, from + row * stride)?;
        }
        self.leave();
        Ok(())
    }

    /// The element at `index`.
    pub(crate) fn push_element(&mut self, data: &Data, index: usize) {
        match data {
            Data::F64(values) => self.push_float(values[index]),
            Data::I64(values) => self.push_int(values[index]),
            Data::Bool(values) => self.push_bool(values[index]),
            Data::Text(values) => self.push_text(values[index].clone()),
            Data::Mixed(values) => match &values[index] {
                Scalar::Null => self.push_null(),
                Scalar::Bool(x) => self.push_bool(*x),
                Scalar::Int(x) => self.push_int(*x),
                Scalar::Big(x) => self.push_big(*x),
                Scalar::Float(x) => self.push_float(*x),
                Scalar::Text(x) => self.push_text(x.clone()),
            },
            Data::F32(values) => self.push_float(f64::from(values[index])),
            Data::I8(values) => self.push_int(i64::from(values[index])),
            Data::I16(values) => self.push_int(i64::from(values[index])),
            Data::I32(values) => self.push_int(i64::from(values[index])),
            Data::U8(values) => self.push_int(i64::from(values[index])),
            Data::U16(values) => self.push_int(i64::from(values[index])),
            Data::U32(values) => self.push_int(i64::from(values[index])),
            Data::U64(values) => match i64::try_from(values[index]) {
                Ok(int) => self.push_int(int),
                Err(_) => self.push_big(values[index]),
            },
        }
    }

    /// The array.
    ///
    /// # Errors
    /// What is wrong with the first row that doesn't match the ones before it.
    pub(crate) fn finish(self) -> Result<Array, String> {
        match self.problem {
            Some(problem) => Err(problem),
            None => {
                let shape: Vec<usize> = self.lengths.iter().map(|length| length.unwrap_or(0)).collect();
                Ok(Array { shape, shaped: Shaped::Nested, data: self.data })
            }
        }
    }

    fn leaf(&mut self) {
        self.count_child();
        let depth = self.open.len();
        let deepest = self.lengths.len();
        if *self.leaf.get_or_insert(deepest) != depth || deepest != depth {
            self.note(|rows| format!("got a single value beside arrays at {}", path(rows)));
        }
    }

    fn count_child(&mut self) {
        if let Some(children) = self.open.last_mut() {
            *children += 1;
        }
    }

    /// Keeps the first problem; `message` is told the position, outermost first.
    fn note(&mut self, message: impl FnOnce(&[usize]) -> String) {
        if self.problem.is_none() {
            let rows: Vec<usize> = self.open.iter().map(|children| children.saturating_sub(1)).collect();
            self.problem = Some(message(&rows));
        }
    }

    fn push_mixed(&mut self, value: Scalar) {
        let so_far = std::mem::replace(&mut self.data, Data::Mixed(vec![]));
        let mut scalars = match so_far {
            Data::Mixed(scalars) => scalars,
            Data::I64(ints) => ints.into_iter().map(Scalar::Int).collect(),
            Data::F64(floats) => floats.into_iter().map(Scalar::Float).collect(),
            Data::Bool(bools) => bools.into_iter().map(Scalar::Bool).collect(),
            Data::Text(texts) => texts.into_iter().map(Scalar::Text).collect(),
            // The builder itself makes no other kind.
            _ => vec![],
        };
        scalars.push(value);
        self.data = Data::Mixed(scalars);
    }
}

/// `[3][0]`.
fn path(rows: &[usize]) -> String {
    rows.iter().map(|row| format!("[{row}]")).collect()
}
