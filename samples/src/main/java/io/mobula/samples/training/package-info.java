/**
 * Common parts of trainings on a parameter server, whatever they learn: the batches of each worker
 * and step, the ways in which workers wait for each other, the command line, learning curves, the
 * plot and the final lines.
 *
 * <p>A program is a {@code TrainingProgram}. It loads a {@code TrainingRunFactory}, which starts a
 * {@code TrainingRun} for each {@code SyncMode}; a {@code TrainingExperiment} runs each of them to
 * the end and evaluates it on the way. Worker actors of a run are {@code TrainingActor}s and form a
 * {@code WorkerGroup}. This package knows no model and no kind of example.
 */
@NullMarked
package io.mobula.samples.training;

import org.jspecify.annotations.NullMarked;
