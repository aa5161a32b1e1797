/**
 * What trainings on a parameter server have in common, whatever they learn: who takes which example
 * when, how workers wait for each other, the command line, curves, the plot and the lines at the
 * end.
 *
 * <p>A program is a {@code TrainingProgram}. It opens a {@code TrainingRunFactory}, which begins a
 * {@code TrainingRun} for each {@code SyncMode}; a {@code TrainingExperiment} has it learn to the
 * end and judges it on the way. Where a run has worker actors, they are {@code TrainingActor}s and
 * a {@code WorkerGroup}. Nothing here knows a model or a kind of example.
 */
@NullMarked
package io.mobula.samples.training;

import org.jspecify.annotations.NullMarked;
