/**
 * A network that learns Fashion-MNIST from a parameter server, and what that is held against: the
 * same training on one thread.
 *
 * <p>The images, the arithmetic and {@code FashionBaseline} are plain: no actors, no tasks, and
 * files only in {@code FashionFiles} and {@code IdxFile}. {@code FashionRun} and
 * {@code FashionWorker} put them on actors, {@code FashionRunFactory} begins trainings, and
 * {@code FashionTraining} is the program. The images do not come with this module;
 * {@code FashionFiles} says where they are looked for and what fetches them.
 */
@NullMarked
package io.mobula.samples.fashion;

import org.jspecify.annotations.NullMarked;
