/**
 * Network that learns Fashion-MNIST from a parameter server, and its baseline: the same training on
 * one thread.
 *
 * <p>The images, the arithmetic and {@code FashionBaseline} use no actors and tasks, and only
 * {@code FashionFiles} and {@code IdxFile} use files. {@code FashionRun} and {@code FashionWorker}
 * run them on actors, {@code FashionRunFactory} starts training runs, and {@code FashionTraining}
 * is the program. The images are not part of this module; {@code FashionFiles} describes where they
 * are searched and how to install them.
 */
@NullMarked
package io.mobula.samples.fashion;

import org.jspecify.annotations.NullMarked;
