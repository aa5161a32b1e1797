/**
 * Ledgers of resources, which account for who holds what of this node. The arithmetic is pure and
 * in fixed point; one actor, the {@code ResourceLedger}, applies it.
 *
 * <p>This package owns every amount of the node; nothing else changes one. It knows nothing of
 * tasks or objects.
 */
@NullMarked
package io.mobula.internal.ledger;

import org.jspecify.annotations.NullMarked;
