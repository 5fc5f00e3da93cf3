//! Changes to a tensor of the model: its shape, its type, and its elements, which may be sizes themselves.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

use super::Dice;

pub(super) fn change(tensor: &mut TensorProto, dice: &mut Dice) {
    match dice.below(12) {
        0 | 1 => {
            if let Some(place) = dice.place(&tensor.dims) {
                tensor.dims[place] = dice.size();
            }
        }
        2 => tensor.dims.push(dice.size()),
        3 => _ = tensor.dims.pop(),
        4 => tensor.data_type = dice.below(26) as i32,
        5 => tensor.raw_data.truncate(dice.below(tensor.raw_data.len() + 1)),
        6 => tensor.data_location = Some(DataLocation::External as i32),
        7 => numbers(tensor, dice),
        _ => element(tensor, dice),
    }
}

/// Whole numbers instead, as many as the shape then says.
fn numbers(tensor: &mut TensorProto, dice: &mut Dice) {
    let count = dice.below(5);
    let int64_data = (0..count).map(|_| dice.number()).collect();
    let (name, data_type) = (std::mem::take(&mut tensor.name), DataType::Int64 as i32);
    *tensor = TensorProto { name, data_type, dims: vec![count as i64], int64_data, ..Default::default() };
}

fn element(tensor: &mut TensorProto, dice: &mut Dice) {
    let number = if dice.below(2) == 0 { dice.number() } else { dice.size() };
    if let Some(place) = dice.place(&tensor.int64_data) {
        tensor.int64_data[place] = number;
    } else if let Some(place) = dice.place(&tensor.int32_data) {
        tensor.int32_data[place] = number as i32;
    } else if let Some(place) = dice.place(&tensor.float_data) {
        tensor.float_data[place] = float(dice);
    } else if tensor.data_type == DataType::Float as i32 {
        write(&mut tensor.raw_data, &float(dice).to_le_bytes(), dice);
    } else if tensor.data_type == DataType::Int32 as i32 {
        write(&mut tensor.raw_data, &(number as i32).to_le_bytes(), dice);
    } else {
        write(&mut tensor.raw_data, &number.to_le_bytes(), dice);
    }
}

fn write(raw: &mut [u8], bytes: &[u8], dice: &mut Dice) {
    let places = raw.len() / bytes.len();
    if places > 0 {
        let at = dice.below(places) * bytes.len();
        raw[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

pub(super) fn float(dice: &mut Dice) -> f32 {
    *dice.pick(&[0.0, 1.0, -1.0, 0.5, 1e-30, 1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 2.0, 3e9, -7.5])
}
