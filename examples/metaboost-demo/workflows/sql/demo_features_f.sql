INSERT INTO demo_features_f SELECT * FROM titles;
