if HAVE_QE
endif
