package io.mobula.internal.task;

import io.mobula.NodeId;

/**
 * Key of a slot that one node lends to another.
 *
 * @param node the node on the other side of the slot
 * @param lease the number of the lease, which the submitter has given
 */
record SlotKey(NodeId node, long lease) {}
