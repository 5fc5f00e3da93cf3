//! The groups that operations stand in.

use super::operation::Tag;

/// Inputs in, outputs out.
pub(in super::super) const PREDICTION: Tag = Tag {
    name: "Prediction",
    description: "Inputs in, outputs and the best labels out: plain JSON, or a picture as it is.",
};

/// What answers.
pub(in super::super) const MODEL: Tag =
    Tag { name: "Model", description: "What the model takes and gives, and which version of it answers." };

/// Whether it answers.
pub(in super::super) const HEALTH: Tag =
    Tag { name: "Health", description: "For those who watch it: whether it runs, and whether it can predict." };

/// The Open Inference Protocol.
pub(in super::super) const INFERENCE: Tag =
    Tag { name: "Open Inference Protocol", description: "Version 2, for clients of KServe and Triton." };

/// TensorFlow Serving's interface.
pub(in super::super) const TENSORFLOW: Tag =
    Tag { name: "TensorFlow Serving", description: "Its REST interface, which is also version 1 of KServe's." };

/// MLflow's protocol.
pub(in super::super) const MLFLOW: Tag = Tag { name: "MLflow", description: "For clients of MLflow's model servers." };

/// What HTTP gives for every path.
pub(in super::super) const HTTP: Tag = Tag {
    name: "HTTP",
    description: "What HTTP has for every path: `HEAD` is `GET` without its body, `OPTIONS` lists methods and answers \
                  browsers' preflights.",
};
