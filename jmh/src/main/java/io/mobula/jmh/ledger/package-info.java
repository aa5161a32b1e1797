/**
 * Benchmark of a node's ledger: leases granted per second, by kind of request.
 *
 * <p>The benchmark runs the product's own ledger in an actor system without a node around it.
 */
@NullMarked
package io.mobula.jmh.ledger;

import org.jspecify.annotations.NullMarked;
