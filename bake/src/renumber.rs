//! New indices for the functions and types that stay.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::{
    Instruction, MemArg,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{BlockType, Operator};

use crate::{BakeError, engine::malformed};

/// Old index → new index, for functions and types.
pub(crate) struct Renumber {
    functions: BTreeMap<u32, u32>,
    types: BTreeMap<u32, u32>,
    /// Every constant met on the way that may be an address.
    addresses: BTreeSet<u32>,
}

impl Renumber {
    /// Functions and types get their new indices in the order given.
    pub(crate) fn new(functions: impl IntoIterator<Item = u32>, types: &BTreeSet<u32>) -> Self {
        Self {
            functions: functions.into_iter().zip(0..).collect(),
            types: types.iter().copied().zip(0..).collect(),
            addresses: BTreeSet::new(),
        }
    }

    pub(crate) fn function(&self, old: u32) -> Option<u32> {
        self.functions.get(&old).copied()
    }

    /// The constants in all instructions renumbered so far that may be addresses.
    pub(crate) fn addresses(&self) -> &BTreeSet<u32> {
        &self.addresses
    }

    pub(crate) fn ty(&self, old: u32) -> Result<u32, BakeError> {
        let new = self.types.get(&old).copied();
        new.ok_or_else(|| malformed(format!("type {old} is used but was not found")))
    }
}

impl Reencode for Renumber {
    type Error = BakeError;

    fn function_index(&mut self, old: u32) -> Result<u32, Error<BakeError>> {
        let new = self.function(old);
        new.ok_or_else(|| Error::UserError(malformed(format!("function {old} is used but was not found"))))
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<BakeError>> {
        if let Operator::I32Const { value } = operator {
            self.addresses.insert(value.cast_unsigned());
        }
        utils::instruction(self, operator)
    }

    fn mem_arg(&mut self, memarg: wasmparser::MemArg) -> Result<MemArg, Error<BakeError>> {
        self.addresses.extend(u32::try_from(memarg.offset));
        utils::mem_arg(self, memarg)
    }

    fn type_index(&mut self, old: u32) -> Result<u32, Error<BakeError>> {
        self.ty(old).map_err(Error::UserError)
    }
}

/// The types that an instruction names.
pub(crate) fn named_type(operator: &Operator<'_>) -> Option<u32> {
    match *operator {
        Operator::Block { blockty: BlockType::FuncType(ty) }
        | Operator::Loop { blockty: BlockType::FuncType(ty) }
        | Operator::If { blockty: BlockType::FuncType(ty) }
        | Operator::CallIndirect { type_index: ty, .. }
        | Operator::ReturnCallIndirect { type_index: ty, .. } => Some(ty),
        _ => None,
    }
}
