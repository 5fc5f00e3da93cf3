//! Everything that can keep an engine from being baked, as one enum of plain sentences.

/// Why an engine was refused, or a step of the bake could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BakeError {
    /// The bytes are not a WebAssembly module.
    #[error("the engine is not a valid WebAssembly module: {message} (at byte {offset:#x})")]
    Malformed {
        /// What the parser found.
        message: String,
        /// Where, counted from the start of the module.
        offset: usize,
    },
    /// The engine does not have exactly one memory of its own.
    #[error("the engine must define exactly one memory, but it defines {defined} and imports {imported}")]
    Memories {
        /// Memories that the module defines.
        defined: usize,
        /// Memories that the module imports.
        imported: usize,
    },
    /// The memory is of a kind whose contents can't be written back as data segments.
    #[error("the engine's memory is {0}, which cannot be captured")]
    MemoryKind(&'static str),
    /// Something imported holds state that lives outside the module.
    #[error("the engine imports the {kind} `{module}.{name}`, whose state lies outside of it and cannot be captured")]
    ImportedState {
        /// `table`, `global` or `tag`.
        kind: &'static str,
        /// The import's module name.
        module: String,
        /// The import's field name.
        name: String,
    },
    /// A mutable global holds a value that JavaScript can't read and a constant can't express.
    #[error("the engine's mutable global {index} is of type {ty}; only numbers can be captured")]
    GlobalType {
        /// Index of the global.
        index: u32,
        /// Its type, as in the text format.
        ty: String,
    },
    /// The engine has passive segments: which of them were dropped is state that can't be read.
    #[error("the engine has a passive {kind} segment (number {index}), whose use cannot be captured")]
    PassiveSegment {
        /// `data` or `element`.
        kind: &'static str,
        /// Index of the segment.
        index: u32,
    },
    /// A segment whose place or items are not plain constants.
    #[error("the engine's {kind} segment {index} is not made of plain constants")]
    SegmentKind {
        /// `data` or `element`.
        kind: &'static str,
        /// Index of the segment.
        index: u32,
    },
    /// Code that changes a table of functions.
    #[error("function {function} of the engine changes the function table {table}, which cannot be captured")]
    TableChanged {
        /// Index of the function (imports counted).
        function: u32,
        /// Index of the table.
        table: u32,
    },
    /// The start function reaches out of the module, so it can't be run once and dropped.
    #[error(
        "the engine's start function calls the import `{module}.{name}`; only a start function that stays inside the module can be run before the snapshot"
    )]
    StartCallsImport {
        /// The import's module name.
        module: String,
        /// The import's field name.
        name: String,
    },
    /// Exported functions disagree about which function runs the constructors.
    #[error("the engine's exports begin with two different constructor functions, {first} and {second}")]
    Constructors {
        /// Index of one.
        first: u32,
        /// Index of the other.
        second: u32,
    },
    /// The engine uses an extension of WebAssembly that the baker does not handle.
    #[error("the engine uses {0}, which the baker does not handle")]
    Unsupported(&'static str),
    /// The memory handed in does not fit the engine.
    #[error("the memory image has {got} bytes; expected {expected}")]
    ImageSize {
        /// What would fit.
        expected: String,
        /// What came.
        got: usize,
    },
    /// The values of the mutable globals don't match the engine's.
    #[error("values were given for the mutable globals {got:?}; the engine has {expected:?}")]
    Globals {
        /// Indices of the engine's mutable globals, in order.
        expected: Vec<u32>,
        /// Indices that came.
        got: Vec<u32>,
    },
    /// A table has grown since the start: JavaScript values were made and kept.
    #[error(
        "table {table} has {got} slots after loading, but {expected} at the start: the engine made or kept JavaScript values"
    )]
    TableGrew {
        /// Index of the table.
        table: u32,
        /// Slots at the start.
        expected: u64,
        /// Slots at the snapshot.
        got: u64,
    },
    /// The number of table sizes handed in is not the number of tables.
    #[error("{got} table sizes were given; the engine has {expected} tables")]
    Tables {
        /// Tables of the engine.
        expected: usize,
        /// Sizes that came.
        got: usize,
    },
    /// The snapshot was taken while a call was under way.
    #[error("the stack pointer is {got}, not {expected}: the snapshot was taken in the middle of a call")]
    StackInUse {
        /// The stack pointer at rest.
        expected: u32,
        /// What it was.
        got: u32,
    },
    /// The marks handed in don't match the engine's functions.
    #[error("{got} marks were given; the engine defines {expected} functions")]
    Marks {
        /// Functions that the engine defines.
        expected: usize,
        /// Marks that came.
        got: usize,
    },
    /// The linked module has no relocations to tell data from data.
    #[error("the linked module holds no relocations; link it with `-C link-arg=--emit-relocs` and without stripping")]
    NoRelocations,
    /// The linked module is not the one that the engine was made from.
    #[error("the linked module's statics is not the engine's: the engine was not made from it")]
    OtherData,
    /// A trim was asked for before there was an instrumented module to take the marks of.
    #[error("there are no marks to trim by: instrument the full module first")]
    NotInstrumented,
    /// A function that should stay whole is not exported.
    #[error("the engine exports no function `{0}` to keep whole")]
    NoExport(String),
    /// A policy of what to keep that does not exist.
    #[error("there is no policy `{0}`; expected `blocks`, `functions` or `direct-calls`")]
    Policy(String),
    /// A name that the bake needs for itself is already exported.
    #[error("the engine already exports `{0}`, a name that the bake reserves")]
    ReservedExport(String),
}

impl From<wasmparser::BinaryReaderError> for BakeError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Malformed { message: error.message().to_owned(), offset: error.offset() }
    }
}

impl From<wasm_encoder::reencode::Error<BakeError>> for BakeError {
    fn from(error: wasm_encoder::reencode::Error<BakeError>) -> Self {
        use wasm_encoder::reencode::Error;
        match error {
            Error::ParseError(error) => error.into(),
            Error::UserError(error) => error,
            Error::CanonicalizedHeapTypeReference
            | Error::InvalidConstExpr
            | Error::InvalidCodeSectionSize
            | Error::UnexpectedNonCoreModuleSection
            | Error::UnexpectedNonComponentSection
            | Error::UnsupportedCoreTypeInComponent => {
                Self::Unsupported("an encoding outside of core WebAssembly modules")
            }
        }
    }
}
