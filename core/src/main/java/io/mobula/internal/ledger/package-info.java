/**
 * Who holds which resources of this node: the arithmetic, pure and in fixed point, and the one
 * actor that applies it.
 *
 * <p>Owns every amount of the node; nobody else ever changes one. Knows nothing of tasks or
 * objects.
 */
@NullMarked
package io.mobula.internal.ledger;

import org.jspecify.annotations.NullMarked;
