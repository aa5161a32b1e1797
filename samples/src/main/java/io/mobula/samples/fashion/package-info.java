/**
 * A network that learns Fashion-MNIST: the images, the arithmetic, and training on one thread,
 * which every distributed training is held against.
 *
 * <p>All of it is plain: no actors, no tasks, and files only in {@code FashionFiles} and
 * {@code IdxFile}. The images do not come with this module; {@code FashionFiles} says where they
 * are looked for and what fetches them.
 */
@NullMarked
package io.mobula.samples.fashion;

import org.jspecify.annotations.NullMarked;
