package org.example.parity;

/** Defines streams over scripted inputs. */
public interface Program {
  /** How many batches are compared. */
  int BATCHES = 8;

  void define(Inputs in, Results out) throws Exception;
}
