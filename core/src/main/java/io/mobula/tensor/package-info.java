/**
 * Tensors: arrays of numbers in memory outside the heap, which the object store keeps and hands out
 * without a copy.
 */
@NullMarked
package io.mobula.tensor;

import org.jspecify.annotations.NullMarked;
